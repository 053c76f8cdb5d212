import JSON
import LinuxKernel

extension PluginResponse {
  /// The error that this answer stands for, in libcni's words (`RawExec.pluginErr`); nil when the plugin exited with status 0.
  package var failure: CNIError? {
    var failure: CNIError
    switch outcome {
    case .ended(.exited(0)): return nil
    case .ended(let exit): failure = diagnosis(of: exit)
    case .timedOut(let time): failure = CNIError(.timeout, "the plugin did not end within \(time) and was killed")
    case .cancelled: failure = CNIError(.cancelled, "the call was cancelled and the plugin was killed")
    case .notStarted(let reason): failure = CNIError(.execution, code: CNIError.Code.ioFailure, reason)
    case .failed(let reason): failure = CNIError(.execution, code: CNIError.Code.ioFailure, reason)
    }
    if let leftover {
      failure.details = (failure.details + (failure.details.isEmpty ? "" : "; ") + leftover).cut(
        toBytes: CNIBounds.errorText)
    }
    failure.stderr = stderr
    return failure
  }

  private func diagnosis(of exit: ExitStatus) -> CNIError {
    func plain(_ message: String) -> CNIError { CNIError(.plugin, message, exit: exit) }
    guard !stdout.isEmpty else {
      return stderr.isEmpty
        ? plain("netplugin failed with no error message: \(exit)")
        : plain("netplugin failed: \(stderr.quoted.cut(toBytes: 3 << 10)): \(exit)")
    }
    let said = String(decoding: stdout.prefix(1024), as: UTF8.self).quoted.cut(toBytes: 2048)
    do {
      let document = try JSON(parsing: stdout)
      guard var error = PluginResponse.error(in: document) else {
        return plain("netplugin failed but error parsing its diagnostic message \(said): no error document: \(exit)")
      }
      if error.message.isEmpty { error.message = "netplugin failed with no error message: \(exit)" }
      error.exit = exit
      return error
    } catch {
      return plain("netplugin failed but error parsing its diagnostic message \(said): \(error): \(exit)")
    }
  }

  /// The error document `{code,msg,details}`; nil when the JSON has a member of the wrong type or is none.
  static func error(in document: JSON) -> CNIError? {
    guard let object = document.object else { return nil }
    func text(_ key: String) -> String? {
      guard let value = object.value(ignoringCase: key), !value.isNull else { return "" }
      return value.string
    }
    var code = 0
    if let value = object.value(ignoringCase: "code"), !value.isNull {
      guard let number = value.integer else { return nil }
      code = number
    }
    guard let message = text("msg"), let details = text("details") else { return nil }
    var error = CNIError(.plugin, code: code, message, details: details)
    error.hasDocument = code != 0 || !message.isEmpty
    return error
  }
}

extension PluginResponse {
  /// The result in standard output. An error document is an error although the plugin exited with status 0.
  package func result(defaultVersion: String) throws(CNIError) -> CNIResult {
    let document: JSON
    do {
      document = try JSON(parsing: stdout, maximumDepth: JSON.maximumForeignDepth)
    } catch {
      throw CNIError(
        .invalidResult, code: CNIError.Code.decodingFailure, "the plugin printed no result: \(error)",
        details: "it printed \(String(decoding: stdout.prefix(512), as: UTF8.self).quoted)", exit: .exited(0))
    }
    if let object = document.object, object["msg"] != nil, object["code"] != nil,
      var error = PluginResponse.error(in: document)
    {
      let remark = "the plugin printed an error but exited with status 0"
      error.details = error.details.isEmpty ? remark : "\(error.details); \(remark)"
      if error.message.isEmpty { error.message = "netplugin failed with no error message" }
      error.exit = .exited(0)
      throw error
    }
    let result = try CNIResult(document, defaultVersion: defaultVersion)
    // What is longer could be written, but not be read again.
    guard result.raw.serialized().count <= CNIBounds.result else {
      throw CNIError(
        .invalidResult, code: CNIError.Code.ioFailure, "the plugin's result has more than \(CNIBounds.result) bytes",
        exit: .exited(0))
    }
    return result
  }
}

extension String {
  /// The text in double quotes, with what is not printable escaped, as Go's `%q` does.
  var quoted: String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7f:
        text += (scalar.value < 0x10 ? "\\x0" : "\\x") + String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
