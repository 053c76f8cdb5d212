/// What cases about faults stand on.
enum FaultBasis {
  static let killed =
    "CNI 1.1.0, section 4: DEL follows an ADD that failed, and is repeated until it succeeds; a plugin may be killed at any time"
  static let parallel =
    "CNI 1.1.0, section 2: a plugin must be fit to be called at once for different containers; the reference plugins are"
  static let sameContainer =
    "CNI 1.1.0, section 2: a runtime must not call at once for one container; a plugin that is, must not lose track"
  static let resources = "no runtime can do without: what a short resource has kept from being done is undone by DEL"
  static let tolerates =
    "CNI 1.1.0, section 2, DEL: plugins should complete a DEL without error even if some resources are missing"
  static let chain = "CNI 1.1.0, section 4: after a failed ADD the runtime calls DEL of all plugins of the list"
}
