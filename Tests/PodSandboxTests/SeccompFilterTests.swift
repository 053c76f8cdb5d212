import Testing

@testable import PodSandbox

/// What the kernel would do with pause's system calls: the filter's program is run here, as seccomp(2) runs it.
@Suite("Pause's seccomp filter")
struct SeccompFilterTests {
  private static let allow: UInt32 = 0x7FFF_0000
  private static let killProcess: UInt32 = 0x8000_0000

  #if arch(x86_64)
    private static let architecture: UInt32 = 0xC000_003E
    private static let numbers: [String: UInt32] = [
      "read": 0, "write": 1, "close": 3, "rt_sigprocmask": 14, "madvise": 28, "sendto": 44, "execve": 59, "wait4": 61,
      "ptrace": 101, "setresuid": 117, "rt_sigtimedwait": 128, "exit_group": 231, "ppoll": 271, "signalfd4": 289,
      "seccomp": 317, "execveat": 322,
    ]
  #else
    private static let architecture: UInt32 = 0xC000_00B7
    private static let numbers: [String: UInt32] = [
      "read": 63, "write": 64, "close": 57, "rt_sigprocmask": 135, "madvise": 233, "sendto": 206, "execve": 221,
      "wait4": 260, "ptrace": 117, "setresuid": 147, "rt_sigtimedwait": 137, "exit_group": 94, "ppoll": 73,
      "signalfd4": 74, "seccomp": 277, "execveat": 281,
    ]
  #endif

  private let program: [UInt64]

  init() throws { program = try SeccompFilter().instructions }

  private func verdict(
    _ name: String, _ arguments: [UInt64] = [], architecture: UInt32 = Self.architecture, offset: UInt32 = 0
  ) throws -> UInt32 {
    let number = try #require(Self.numbers[name]) + offset
    // struct seccomp_data: number, architecture, instruction pointer, six arguments.
    var words: [UInt32] = [number, architecture, 0, 0]
    for index in 0..<6 {
      let argument = index < arguments.count ? arguments[index] : 0
      words += [UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32)]
    }
    return try run(on: words)
  }

  private func run(on words: [UInt32]) throws -> UInt32 {
    var accumulator: UInt32 = 0
    var position = 0
    while position < program.count {
      let instruction = program[position]
      let code = UInt16(truncatingIfNeeded: instruction)
      let (ifTrue, ifFalse) = (Int(instruction >> 16 & 0xFF), Int(instruction >> 24 & 0xFF))
      let operand = UInt32(truncatingIfNeeded: instruction >> 32)
      position += 1
      switch code {
      case 0x20: accumulator = words[Int(operand / 4)]
      case 0x54: accumulator &= operand
      case 0x05: position += Int(operand)
      case 0x15: position += accumulator == operand ? ifTrue : ifFalse
      case 0x25: position += accumulator > operand ? ifTrue : ifFalse
      case 0x35: position += accumulator >= operand ? ifTrue : ifFalse
      case 0x45: position += accumulator & operand != 0 ? ifTrue : ifFalse
      case 0x06: return operand
      default: Issue.record("instruction \(code) is not known to this test")
      }
    }
    Issue.record("the program runs past its end")
    return 0
  }

  @Test(
    "what pause calls when it runs is let through",
    arguments: ["close", "exit_group", "ppoll", "read", "rt_sigtimedwait", "wait4"])
  func allowed(_ name: String) throws { #expect(try verdict(name) == Self.allow) }

  @Test("of its socket the answer, of its memory what it gives back")
  func withArguments() throws {
    #expect(try verdict("sendto", [3]) == Self.allow && verdict("madvise", [0, 0, 4]) == Self.allow)
    for descriptor in [0, 4, 3 + 1 << 32] { #expect(try verdict("sendto", [UInt64(descriptor)]) == Self.killProcess) }
    for advice in [0, 3, 5] { #expect(try verdict("madvise", [0, 0, UInt64(advice)]) == Self.killProcess) }
  }

  @Test(
    "anything else ends it, what it did on its way there too",
    arguments: ["write", "execve", "execveat", "ptrace", "setresuid", "seccomp", "signalfd4", "rt_sigprocmask"])
  func forbidden(_ name: String) throws { #expect(try verdict(name, [3, 0, 4]) == Self.killProcess) }

  @Test("nor is another machine's numbering a way around it")
  func otherArchitectures() throws {
    #expect(try verdict("read", architecture: 0x4000_0003) != Self.allow)
    #if arch(x86_64)
      #expect(try verdict("read", offset: 0x4000_0000) != Self.allow)
    #endif
  }

  @Test("it fits into what pause takes")
  func size() { #expect((2...256).contains(program.count)) }
}
