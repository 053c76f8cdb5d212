extension Detaching {
  /// Why a plugin's failure to DEL leaves nothing owed; nil when something may be left of its ADD.
  ///
  /// Only what a plugin may have done is owed. One that was never called owes nothing. One that refused its ADD with an error
  /// document of its own, and says the same to DEL, refuses its configuration (codes alone tell nothing: the reference plugins
  /// say 999 to nearly everything). Beyond that only code 3 excuses; a plugin's words never do.
  func excuse(for error: CNIError, at place: Int) -> String? {
    guard error.kind != .cancelled else { return nil }
    if let called = failedAdd?.calledPlugins, place >= called {
      return "its ADD was never called"
    }
    if error.saysUnknownContainer { return "it does not know the container (code 3)" }
    if refusedAdd(at: place, in: error) { return "it refused its configuration in the same words at ADD" }
    return nil
  }

  /// Whether the plugin at a place of the list is the one whose ADD failed, and this error of DEL is the same document.
  func refusedAdd(at place: Int, in error: CNIError) -> Bool {
    guard let failed = failedAdd, failedOrderly(at: place) else { return false }
    return error.hasDocument && failed.code == error.code && failed.message == error.message
      && failed.details == error.details
  }

  /// Whether the plugin at a place of the list is the one whose ADD failed, by an error document of its own.
  func failedOrderly(at place: Int) -> Bool {
    guard let failed = failedAdd, let called = failed.calledPlugins, place == called - 1 else { return false }
    return failed.hasDocument && failed.code != CNIError.Code.tryAgainLater
  }
}

extension CNIError {
  /// Whether a plugin says that there is no such container: by the specification nobody need clean up then.
  var saysUnknownContainer: Bool { kind == .plugin && hasDocument && code == Code.unknownContainer }
}
