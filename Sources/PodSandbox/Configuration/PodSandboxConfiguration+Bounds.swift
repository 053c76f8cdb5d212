import JSON

extension PodSandboxConfiguration {
  /// The most bytes of all annotations' keys and values together, as in Kubernetes; the labels' likewise.
  static let maximumAnnotationBytes = 256 << 10
  /// The most bytes of one key of a map.
  static let maximumKeyBytes = 1 << 10
  /// The most bytes of any other list or map of strings.
  static let maximumListBytes = 16 << 10
  /// The most entries of a list or map.
  static let maximumEntries = 4096

  /// Refuses what is too large to be kept: whatever passes fits a record's line, however it must be escaped there.
  ///
  /// - Throws: `invalidArgument` naming the field and its bound.
  func validateBounds() throws(SandboxError) {
    try Self.bound("annotations", annotations, Self.maximumAnnotationBytes)
    try Self.bound("labels", labels, Self.maximumAnnotationBytes)
    try Self.bound("linux.sysctls", linux.sysctls, Self.maximumListBytes)
    try Self.bound("logDirectory", bytes: logDirectory.utf8.count, 4095)
    if let dnsConfig {
      for (field, entries) in [
        ("servers", dnsConfig.servers), ("searches", dnsConfig.searches), ("options", dnsConfig.options),
      ] {
        try Self.bound("dnsConfig.\(field)", bytes: entries.reduce(0) { $0 + $1.utf8.count }, Self.maximumListBytes)
        try Self.bound("dnsConfig.\(field)", entries: entries.count)
      }
    }
    try Self.bound("portMappings", entries: portMappings.count)
    try Self.bound(
      "linux.securityContext.supplementalGroups", entries: linux.securityContext.supplementalGroups.count)
    for (field, resources) in [("linux.resources", linux.resources), ("linux.overhead", linux.overhead)] {
      guard let resources else { continue }
      try Self.bound("\(field).unified", resources.unified, Self.maximumListBytes)
      try Self.bound("\(field).cpusetCpus", bytes: resources.cpusetCpus.utf8.count, 4096)
      try Self.bound("\(field).cpusetMems", bytes: resources.cpusetMems.utf8.count, 4096)
      try Self.bound("\(field).hugepageLimits", entries: resources.hugepageLimits.count)
      let pageSizes = resources.hugepageLimits.keys.reduce(0) { $0 + $1.utf8.count }
      try Self.bound("\(field).hugepageLimits", bytes: pageSizes, Self.maximumListBytes)
    }
    try validateRecordedSize()
  }

  /// What is bounded by nothing but the request's own size stands in its bytes.
  private func validateRecordedSize() throws(SandboxError) {
    guard let request, request.utf8.count > Self.maximumAnnotationBytes else { return }
    let limit = RecordFormat.maximumLine - Self.roomForNetworks
    let size = RecordLine.line(recorded).count
    guard size > limit else { return }
    throw SandboxError(.invalidArgument, "config: \(size) bytes in a record; \(limit) is the most")
  }

  /// What an intent holds beside the configuration.
  private static let roomForNetworks = 256 << 10

  private static func bound(
    _ field: String, _ map: [String: String], _ limit: Int
  ) throws(SandboxError) {
    for key in map.keys where key.utf8.count > maximumKeyBytes {
      throw SandboxError(
        .invalidArgument,
        "config.\(field): the key \"\(key.beginning(64))\" has \(key.utf8.count) bytes; \(maximumKeyBytes) is the most")
    }
    try bound(field, entries: map.count)
    try bound(field, bytes: map.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }, limit)
  }

  private static func bound(_ field: String, bytes: Int, _ limit: Int) throws(SandboxError) {
    guard bytes > limit else { return }
    throw SandboxError(.invalidArgument, "config.\(field): \(bytes) bytes in all; \(limit) is the most")
  }

  private static func bound(_ field: String, entries: Int) throws(SandboxError) {
    guard entries > maximumEntries else { return }
    throw SandboxError(.invalidArgument, "config.\(field): \(entries) entries; \(maximumEntries) is the most")
  }
}
