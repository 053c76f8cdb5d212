extension CNIResult {
  /// The same result in another version of the specification (libcni's `GetAsVersion`).
  ///
  /// Up from 0.2.0 there are no interfaces. Down to 0.2.0 the first address of each family stays, with the routes of its
  /// family. Down from 1.1.0 the fields that 0.4.0 does not know go. The same version is the same result, unknown keys and all.
  /// Errors: `no converter for CNI result version X to Y`, `cannot convert: no valid IP addresses`.
  public func converted(to version: String) throws(CNIError) -> CNIResult {
    let version = version.isEmpty ? "0.1.0" : version
    if version == cniVersion { return self }
    guard SpecificationVersion.supported.contains(version) else {
      throw CNIError(
        .unsupported, code: CNIError.Code.incompatibleVersion,
        "no converter for CNI result version \(cniVersion) to \(version)")
    }
    return try CNIResult(cniVersion: version, interfaces: interfaces, ips: ips, routes: routes, dns: dns).reread()
  }

  /// Drops from the fields what the new version's JSON could not say.
  private func reread() throws(CNIError) -> CNIResult { try CNIResult(raw, defaultVersion: cniVersion) }
}
