import ArgumentParser
import CNI
import CNIConformance
import Glibc
import LinuxKernel

extension BerthConformance {
  /// Does what was asked for; the exit status. What is wrong with the question is thrown before anything is run.
  func conduct() throws -> Int32 {
    let cases = try Selection.cases(levels: try Selection.levels(level), filter: filter)
    let versions = try Selection.versions(version)
    if list {
      print(CaseList.text(cases), terminator: "")
      return 0
    }
    let expectations = try self.expectations()
    let run = try ConformanceRun(
      try networkLists(), pluginDirectories: directories, timeout: timeout.duration,
      seed: seed ?? .random(in: 0...UInt64(UInt32.max)), budget: try limits())
    let outputs = try Outputs(self)
    let summary = try run.run(cases, versions: versions, everyVersion: version == "all", to: outputs.writers) {
      Assessor(strict: strict, expectations: expectations, releases: $0)
    }
    try outputs.close()
    return summary.exitStatus
  }

  private var directories: [String] {
    let named = pluginDirectories.flatMap { $0.split(separator: ":").map(String.init) }
    let environment = Self.variable("CNI_PATH")?.split(separator: ":").map(String.init) ?? []
    if !named.isEmpty { return named }
    return environment.isEmpty ? ["/opt/cni/bin", "/usr/lib/cni"] : environment
  }

  private func networkLists() throws -> [NetworkConfigurationList] {
    let path = configurationDirectory ?? Self.variable("NETCONFPATH") ?? "/etc/berth/net.d"
    let directory = NetworkConfigurationDirectory(path)
    guard networks.isEmpty else { return try networks.map { try network($0, directory) } }
    let contents = directory.load()
    guard let list = contents.defaultNetwork else {
      let failures = contents.failures.map { "; \($0)" }.joined()
      throw UsageFault("there is no network in \(path)\(failures): give a configuration's file or name, or --conf-dir")
    }
    return [list]
  }

  /// What looks like a file is one; all else is a name.
  private func network(
    _ text: String, _ directory: NetworkConfigurationDirectory
  ) throws(UsageFault) -> NetworkConfigurationList {
    do throws(CNIError) {
      let isFile =
        text.contains("/") || [".conflist", ".conf", ".json"].contains { text.hasSuffix($0) } || access(text, F_OK) == 0
      return isFile ? try directory.load(text) : try directory.load(named: text)
    } catch {
      let details = error.details.isEmpty ? "" : "; \(error.details)"
      throw UsageFault("\(text): \(error.message)\(details)")
    }
  }

  private func limits() throws(UsageFault) -> Budget? {
    guard let budget else { return nil }
    do throws(BudgetError) {
      return try Budget(budget)
    } catch {
      throw UsageFault("--budget: \(error)")
    }
  }

  private func expectations() throws(UsageFault) -> [Expectation] {
    guard let expect else { return [] }
    let text = try Self.text(of: expect)
    do throws(ExpectationFile.Fault) {
      return try ExpectationFile.parse(text)
    } catch {
      throw UsageFault("\(expect): \(error)")
    }
  }

  static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
