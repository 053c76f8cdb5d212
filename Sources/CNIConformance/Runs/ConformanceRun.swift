public import CNI
import Glibc
import JSON
import LinuxKernel

/// A run: cases on the subjects of networks, each pair in namespaces of its own.
///
/// It works only in a process with a single thread. Nothing of the host's changes, whatever the plugins do.
public final class ConformanceRun {
  /// The suite's version, which is the product's.
  public static let suiteVersion = Release.version
  private let lists: [NetworkConfigurationList]
  private let pluginDirectories: [String]
  private let timeout: Duration
  private let seed: UInt64
  private let budget: Budget?
  private let isolation: Isolation
  private let interruption = Interruption.shared

  /// Checks that the networks' plugins are there.
  ///
  /// - Parameters:
  ///   - pluginDirectories: where plugins are looked for.
  ///   - timeout: the time that one call has.
  ///   - seed: what every choice by chance comes from.
  ///   - budget: what verbs may cost.
  public init(
    _ lists: [NetworkConfigurationList], pluginDirectories: [String], timeout: Duration, seed: UInt64,
    budget: Budget? = nil
  ) throws {
    self.lists = lists
    self.pluginDirectories = try pluginDirectories.map { try Directories.canonical($0) }
    self.timeout = timeout
    self.seed = seed
    self.budget = budget
    var needed = self.pluginDirectories
    for list in lists { needed += try Self.executables(list, self.pluginDirectories) }
    isolation = try Isolation(
      needed: needed, named: lists.flatMap(\.namedPaths), data: lists.flatMap(\.dataDirectories))
    interruption.listen()
  }

  /// Tries the cases and tells the writers; the summary at the end.
  ///
  /// - Parameters:
  ///   - versions: the versions to ask in; nil: each list's own, or, with `everyVersion`, all that its plugins say they know.
  ///   - assessor: made when the plugins' releases are known.
  public func run(
    _ cases: [Case], versions: [String]?, everyVersion: Bool, to writers: [any ReportWriter],
    assessor: (_ releases: [String: String]) -> Assessor
  ) throws -> Summary {
    defer { isolation.close() }
    let start = SuspendingClock.now
    let identities = try PluginProbe.ask(try executables(), in: isolation)
    let networks = try rounds(versions, everyVersion: everyVersion, identities)
    var jobs: [TrialJob] = []
    for list in networks {
      for subject in try Subject.all(of: list, pluginDirectories: pluginDirectories) {
        for candidate in cases where candidate.subjects.contains(subject.kind) {
          jobs.append(
            TrialJob(
              candidate: candidate, subject: subject, number: jobs.count, timeout: timeout, seed: seed, budget: budget))
        }
      }
    }
    guard !jobs.isEmpty else {
      throw UsageFault("none of the cases that were asked for can be tried on these networks' plugins")
    }
    let plan = RunPlan(
      suiteVersion: Self.suiteVersion, networks: networks.map { Self.plan($0, identities) }, trials: jobs.count,
      seed: seed)
    var judge = assessor(plan.releases)
    for writer in writers { writer.begin(plan) }
    try TrialRunner(isolation, width: sysconf(Int32(_SC_NPROCESSORS_ONLN)), interruption).run(jobs) { report in
      let assessment = judge.assess(report)
      for writer in writers { writer.add(report, assessment) }
    }
    let summary = judge.summary(elapsed: start.duration(to: .now))
    for writer in writers { writer.end(summary) }
    return summary
  }

  /// Each list once for each version.
  private func rounds(
    _ versions: [String]?, everyVersion: Bool, _ identities: [PluginIdentity]
  ) throws -> [NetworkConfigurationList] {
    try lists.flatMap { list in
      let all = everyVersion ? Self.common(list, identities) : [list.cniVersion]
      return try (versions ?? all).map { try list.rewritten(in: $0) }
    }
  }

  /// The versions that every plugin of the list says it knows; all where one says nothing.
  private static func common(_ list: NetworkConfigurationList, _ identities: [PluginIdentity]) -> [String] {
    SpecificationVersion.supported.filter { version in
      identities.allSatisfy { plugin in
        !list.plugins.contains { $0.type == plugin.type } || plugin.specifications.isEmpty
          || plugin.specifications.contains(version)
      }
    }
  }

  private func executables() throws -> [(type: String, path: String)] {
    var seen: Set<String> = []
    return try lists.flatMap(\.plugins).filter { seen.insert($0.type).inserted }.map {
      ($0.type, try PluginLookup.find($0.type, in: pluginDirectories))
    }
  }

  /// Of the plugins and of those that they call themselves. Throws when one is missing or cannot be executed.
  private static func executables(
    _ list: NetworkConfigurationList, _ directories: [String]
  ) throws(UsageFault) -> [String] {
    var paths: [String] = []
    for type in list.plugins.flatMap({ [$0.type] + $0.delegateTypes }) {
      let path: String
      do throws(CNIError) {
        path = try PluginLookup.find(type, in: directories)
      } catch {
        throw UsageFault("network \(list.name): \(error.message)")
      }
      guard access(path, X_OK) == 0 else {
        throw UsageFault("network \(list.name): the plugin \(path) cannot be executed: chmod +x it")
      }
      paths.append(path)
    }
    return paths
  }

  private static func plan(_ list: NetworkConfigurationList, _ identities: [PluginIdentity]) -> RunPlan.Network {
    RunPlan.Network(
      name: list.name, version: list.cniVersion,
      plugins: list.plugins.map { plugin in
        identities.first { $0.type == plugin.type } ?? PluginIdentity(type: plugin.type, executable: "")
      })
  }
}
