import CNI
import Glibc
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Addresses that host-local keeps are released by their owner only", .timeLimit(.minutes(1)))
struct HostLocalReservationTests {
  private let data: TemporaryDirectory
  private let id = Samples.id()

  init() throws {
    data = try TemporaryDirectory()
    try Directories.make(data.path + "/net")
  }

  private func list() throws -> NetworkConfigurationList {
    try DataDirectoriesTests.list(#"{"type":"bridge","ipam":{"type":"host-local","dataDir":"\#(data.path)"}}"#)
  }

  private func reserve(_ address: String, _ content: String) throws { try data.write("net/\(address)", content) }

  private func left() throws -> [String] { try data.names("net").filter { $0 != "lock" } }

  private func release(_ addresses: [String] = []) throws {
    try HostLocalReservation.release(try list(), of: id, addresses: addresses)
  }

  @Test("a file says whose the address is, or nothing; what is no reservation is none")
  func contents() throws {
    try reserve("10.0.0.2", "\(id)\r\neth0")
    try reserve("10.0.0.3", "\(id)")
    try reserve("10.0.0.4", "")
    try reserve("10.0.0.5", "\r\n \n")
    try reserve("10.0.0.6", String(repeating: "x", count: 5000))
    try reserve("last_reserved_ip.0", "10.0.0.6")
    try reserve("lock", "")
    try Directories.make(data.path + "/net/directory")
    let all = try HostLocalReservation.all(in: data.path + "/net")
    #expect(all.map(\.path) == (2...5).map { "\(data.path)/net/10.0.0.\($0)" })
    #expect(all.map(\.content) == [.owner(id), .owner(id), .empty, .empty])
    #expect(try HostLocalReservation.all(in: data.path + "/absent").isEmpty)
    #expect(try HostLocalReservation(data.path + "/net/10.0.0.99") == nil)
  }

  @Test("by address: the container's own, and those of its addresses that a loss of power has emptied")
  func byAddress() throws {
    try reserve("10.0.0.2", "\(id)\r\neth0")
    try reserve("10.0.0.3", "")
    try reserve("10.0.0.4", "")
    try reserve("10.0.0.5", "\(Samples.id(2))\r\neth0")
    try reserve("10.0.0.6", "\(id)\r\neth0")
    try release(["10.0.0.2", "10.0.0.3", "10.0.0.5", "10.0.0.9"])
    #expect(try left() == ["10.0.0.4", "10.0.0.5", "10.0.0.6"])
  }

  @Test("without addresses the whole directory is looked through; what is empty may be anybody's then")
  func byOwner() throws {
    try reserve("10.0.0.2", "\(id)\r\neth0")
    try reserve("fd00::2", "\(id)\r\neth0")
    try reserve("10.0.0.3", "")
    try reserve("10.0.0.4", "\(Samples.id(2))\r\neth0")
    try reserve("10.0.0.5", "\(id)0\r\neth0")
    try release()
    #expect(try left() == ["10.0.0.3", "10.0.0.4", "10.0.0.5"])
    try release()
    #expect(try left().count == 3)
  }

  @Test("a network without a directory, or without host-local, has nothing to release")
  func nothing() throws {
    try Directories.remove(data.path + "/net")
    try release()
    try release(["10.0.0.2"])
    try HostLocalReservation.release(try DataDirectoriesTests.list(#"{"type":"loopback"}"#), of: id, addresses: [])
    #expect(!data.holds("net"))
  }

  @Test("one that says something else by now is somebody else's: it stays")
  func changedMeanwhile() throws {
    try reserve("10.0.0.2", "")
    let empty = try #require(try HostLocalReservation(data.path + "/net/10.0.0.2"))
    try reserve("10.0.0.2", "\(Samples.id(2))\r\neth0")
    try empty.release()
    #expect(try left() == ["10.0.0.2"])
    let owned = try #require(try HostLocalReservation(data.path + "/net/10.0.0.2"))
    try reserve("10.0.0.2", "\(id)\r\neth0")
    try owned.release()
    #expect(try left() == ["10.0.0.2"])
    try #require(try HostLocalReservation(data.path + "/net/10.0.0.2")).release()
    #expect(try left().isEmpty)
    try owned.release()
  }

  @Test("it is released under host-local's lock: while that is held, nothing is")
  func lock() throws {
    try reserve("10.0.0.2", "\(id)\r\neth0")
    let reservation = try #require(try HostLocalReservation(data.path + "/net/10.0.0.2"))
    let (isTried, result) = (Handoff<Void>(), Handoff<Bool>())
    var lock: FileLock? = try FileLock.acquire(data.path + "/net/lock")
    try DedicatedThread.start(name: "berth-test") {
      isTried.give(())
      do {
        try reservation.release()
        result.give(true)
      } catch {
        result.give(false)
      }
    }
    isTried.take()
    for _ in 0..<100 { sched_yield() }
    // Written by an ADD that has the lock: it is somebody else's when the lock is free again.
    try reserve("10.0.0.2", "\(Samples.id(2))\r\neth0")
    #expect(lock != nil)
    lock = nil
    #expect(result.take())
    #expect(try left() == ["10.0.0.2"])
  }
}
