import JSON
import LinuxKernel
import SystemPackage
import Testing

@testable import PodSandbox

@Suite("A request is its own bytes")
struct RequestTests {
  private func configuration(_ request: String?, name: String = "a") -> PodSandboxConfiguration {
    var configuration = Samples.configuration(name)
    configuration.request = request
    return configuration
  }

  @Test("two are the same when their bytes are, whatever Swift thinks of their text")
  func bytes() {
    let one = configuration(#"{"labels":{"a":"\u{e9}"}}"#)
    #expect(one.isSameRequest(as: configuration(#"{"labels":{"a":"\u{e9}"}}"#)))
    #expect(!one.isSameRequest(as: configuration(#"{"labels":{"a":"e\u{301}"}}"#)))
    #expect(!one.isSameRequest(as: configuration(#"{"linux":{"securityContext":{"seccomp":{}}}}"#)))
  }

  @Test("without them, as in an older record, what was understood is compared, by bytes too")
  func understood() {
    var (one, other) = (configuration(nil), configuration("{}"))
    #expect(one.isSameRequest(as: other) && other.isSameRequest(as: one))
    (one.annotations, other.annotations) = (["a": "\u{e9}"], ["a": "e\u{301}"])
    #expect(!one.isSameRequest(as: other))
    #expect(!configuration(nil).isSameRequest(as: configuration(nil, name: "b")))
  }

  @Test("a record holds labels and annotations once, and gives them back")
  func recorded() throws {
    var whole = configuration(#"{"labels":{"k":"v"},"annotations":{"a":"1","b":"2"}}"#)
    (whole.labels, whole.annotations) = (["k": "v"], ["a": "1", "b": "2"])
    #expect(whole.recorded.labels.isEmpty && whole.recorded.annotations.isEmpty)
    #expect(try whole.recorded.completed() == whole)
    let old = configuration(nil)
    #expect(old.recorded == old)
    #expect(try old.completed() == old)
  }

  @Test(
    "a record's request that cannot be read sets the record aside",
    arguments: ["{", "[]x", #"{"labels":[]}"#, #"{"annotations":{"a":1}}"#])
  func unreadable(_ request: String) throws {
    let intent = Samples.intent { $0.request = request }
    let bytes = try RecordFormat.header + RecordLine(.intent, intent: intent).bytes()
    let fault = #expect(throws: RecordFault.self) { try RecordReader.read(bytes, id: Samples.id()) }
    #expect(fault?.description.hasPrefix("its request: ") == true)
  }
}

@Suite("Limits that a pod may ask for")
struct ResourceTests {
  private func refusal(_ change: (inout LinuxResources) -> Void) throws -> String? {
    var configuration = Samples.configuration("a")
    var resources = LinuxResources()
    change(&resources)
    configuration.linux.resources = resources
    do throws(SandboxError) {
      try configuration.validate(on: HostFeatures())
      return nil
    } catch {
      #expect(error.code == .invalidArgument)
      return error.message
    }
  }

  @Test("a value outside the kernel's range is refused, naming its field; the ends of the range are taken")
  func ranges() throws {
    let fields: [(WritableKeyPath<LinuxResources, Int64>, String, taken: [Int64], refused: [Int64])] = [
      (\.cpuPeriod, "cpuPeriod", [0, 1000, 1_000_000], [-1, 1, 999, 1_000_001, .max, .min]),
      (\.cpuQuota, "cpuQuota", [-1, 0, 1000, (1 << 44) - 1], [-2, 1, 999, 1 << 44, .max, .min]),
      (\.cpuShares, "cpuShares", [0, 2, 262_144], [-1, 1, 262_145, .max, .min]),
      (\.memoryLimitInBytes, "memoryLimitInBytes", [-1, 0, 512 << 10, .max], [-2, 1, (512 << 10) - 1, .min]),
      (\.oomScoreAdj, "oomScoreAdj", [-1000, 0, 1000], [-1001, 1001, .max, .min]),
    ]
    for (field, name, taken, refused) in fields {
      for value in taken { #expect(try refusal { $0[keyPath: field] = value } == nil, "\(name) \(value)") }
      for value in refused {
        let message = try refusal { $0[keyPath: field] = value }
        #expect(message?.hasPrefix("config.linux.resources.\(name): \"\(value)\"") == true, "\(name) \(value)")
      }
    }
  }

  @Test("a limit whose controller no group here has is refused, naming its field")
  func controllers() throws {
    let old = CgroupHierarchy(version: .v1(controllers: ["cpu"]), mountPoint: "/a")
    let new = CgroupHierarchy(version: .v2(controllers: ["memory"]), mountPoint: "/b")
    let asks: [(String, (inout LinuxResources) -> Void, [CgroupHierarchy])] = [
      ("cpuQuota", { $0.cpuQuota = 1000 }, [old]), ("cpuPeriod", { $0.cpuPeriod = 1000 }, [old]),
      ("cpuShares", { $0.cpuShares = 2 }, [old]), ("memoryLimitInBytes", { $0.memoryLimitInBytes = -1 }, [new]),
      ("memorySwapLimitInBytes", { $0.memorySwapLimitInBytes = -1 }, [new]),
      ("unified[memory.high]", { $0.unified = ["memory.high": "1"] }, [new]),
      ("unified[cpu.max]", { $0.unified = ["cpu.max": "1"] }, []),
    ]
    for (field, change, hierarchies) in asks {
      var resources = LinuxResources()
      try resources.check(on: CgroupHierarchies([]))
      change(&resources)
      let error = #expect(throws: SandboxError.self, "\(field)") {
        try resources.check(on: CgroupHierarchies([old, new].filter { !hierarchies.contains($0) }))
      }
      #expect(error?.code == .failedPrecondition)
      #expect(error?.message.hasPrefix("config.linux.resources.\(field): ") == true, "\(field)")
      if !hierarchies.isEmpty { try resources.check(on: CgroupHierarchies([old, new])) }
    }
    var pressure = LinuxResources()
    pressure.unified = ["cpu.pressure": "1"]
    try pressure.check(on: CgroupHierarchies([new]))
  }

  @Test("what the kernel says of a limit is told by its field")
  func refusedLimits() {
    var resources = LinuxResources()
    resources.unified = ["pids.max": "x"]
    let said: [(String, String)] = [
      ("/g/cpu.shares", ".cpuShares: "), ("/g/cpu.max", ".cpuQuota: "), ("/g/cpu.cfs_period_us", ".cpuPeriod: "),
      ("/g/memory.max", ".memoryLimitInBytes: "), ("/g/memory.swap.max", ".memorySwapLimitInBytes: "),
      ("/g/pids.max", ".unified[pids.max]: "), ("/g", ": "),
    ]
    for (subject, field) in said {
      let error = KernelError(errno: .invalidArgument, operation: "write", subject: subject)
      let refusal = resources.refusal(of: error) as? SandboxError
      #expect(refusal?.code == .invalidArgument)
      #expect(refusal?.message.hasPrefix("config.linux.resources\(field)") == true, "\(subject)")
    }
  }

  @Test("memory and swap together are no less than memory, and not without it")
  func swap() throws {
    let (less, more): (Int64, Int64) = (1 << 20, 2 << 20)
    #expect(try refusal { ($0.memoryLimitInBytes, $0.memorySwapLimitInBytes) = (less, more) } == nil)
    #expect(try refusal { ($0.memoryLimitInBytes, $0.memorySwapLimitInBytes) = (less, less) } == nil)
    #expect(try refusal { ($0.memoryLimitInBytes, $0.memorySwapLimitInBytes) = (less, -1) } == nil)
    for memory: Int64 in [more, 0, -1] {
      let message = try refusal { ($0.memoryLimitInBytes, $0.memorySwapLimitInBytes) = (memory, less) }
      #expect(message?.hasPrefix("config.linux.resources.memorySwapLimitInBytes: ") == true, "\(memory)")
    }
  }

  @Test("lists and sizes that are none")
  func lists() throws {
    for list in ["", "0", "0-3,5", "0,1,2", "7-7"] {
      #expect(try refusal { $0.cpusetCpus = list } == nil, "\(list)")
    }
    for list in ["a", "0-", "-1", "3-1", "0,,1", ",", "0 1", "99999999", "0-3-5"] {
      #expect(try refusal { $0.cpusetMems = list }?.contains("cpusetMems") == true, "\(list)")
    }
    for size in ["2MB", "1GB", "64KB"] { #expect(try refusal { $0.hugepageLimits = [size: 1] } == nil) }
    for size in ["", "2", "MB", "0MB", "2mb", "2 MB", "2MB/..", "-2MB"] {
      #expect(try refusal { $0.hugepageLimits = [size: 1] }?.contains("hugepageLimits") == true, "\(size)")
    }
  }
}
