public import CNI

/// A CNI plugin: what it does on each verb, and nothing of how it is called.
///
/// The same type runs inside a runtime (``respond(to:from:)``), as a program (``PluginProgram``) and in a test
/// (``PluginTest``). Environment, standard input, versions, error documents and exit status are this module's; a plugin sees
/// one value and gives one back, or throws. Methods block the thread that calls, and may enter the pod's network namespace on
/// it if they come home before they return.
public protocol Plugin: Sendable {
  /// What it understands of its configuration; keys it does not ask for are in ``PluginCall/unknownFields``.
  associatedtype Configuration: Decodable & Sendable = NoConfiguration

  /// What it is called in a configuration's `type`.
  var type: String { get }

  /// The versions of the specification that it speaks, oldest first; others are refused for it (code 1). Unless it is
  /// implemented, all that this library speaks.
  var supportedVersions: [String] { get }

  /// Attaches a container; what it returns is written in the configuration's version.
  func add(_ call: PluginCall<Configuration>) throws(PluginError) -> CNIResult

  /// Undoes ``add(_:)``, also one that was cut off or never was: by the previous result, by what is left, or by neither.
  func del(_ call: PluginCall<Configuration>) throws(PluginError)

  /// Throws when an attachment is not as ``add(_:)`` left it. Unless it is implemented, all is well.
  func check(_ call: PluginCall<Configuration>) throws(PluginError)

  /// Releases what belongs to none of ``PluginCall/validAttachments``. Unless it is implemented, nothing is to be released.
  func gc(_ call: PluginCall<Configuration>) throws(PluginError)

  /// Throws when it cannot serve ADD: code 50, or 51 where running pods suffer too. Unless it is implemented, it can.
  func status(_ call: PluginCall<Configuration>) throws(PluginError)
}

extension Plugin {
  /// All that this library speaks.
  public var supportedVersions: [String] { SpecificationVersion.supported }
  /// All is well.
  public func check(_ call: PluginCall<Configuration>) throws(PluginError) {}
  /// Nothing is to be released.
  public func gc(_ call: PluginCall<Configuration>) throws(PluginError) {}
  /// It can serve ADD.
  public func status(_ call: PluginCall<Configuration>) throws(PluginError) {}
}

/// The configuration of a plugin that needs none.
public struct NoConfiguration: Decodable, Sendable {}
