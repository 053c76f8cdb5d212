import CNI
import Glibc
import LinuxKernel
import Testing

@testable import PodSandbox

@Suite("Where addresses are kept is never forgotten", .timeLimit(.minutes(1)))
struct DataDirectoriesTests {
  private let root: TemporaryDirectory

  init() throws { root = try TemporaryDirectory() }

  static func list(_ plugins: String..., name: String = "net") throws -> NetworkConfigurationList {
    try NetworkConfigurationList(
      parsing: Array(#"{"cniVersion":"1.0.0","name":"\#(name)","plugins":[\#(plugins.joined(separator: ","))]}"#.utf8))
  }

  private static let own = #"{"type":"bridge","ipam":{"type":"host-local","dataDir":"/srv/ipam"}}"#

  @Test("a network's directories: the default, its own, of every plugin that asks host-local, and of no other")
  func directories() throws {
    func directories(_ plugins: String...) throws -> [String] {
      HostLocalReservation.directories(
        try NetworkConfigurationList(
          parsing: Array(#"{"cniVersion":"1.0.0","name":"net","plugins":[\#(plugins.joined(separator: ","))]}"#.utf8)))
    }
    #expect(try directories(#"{"type":"bridge","ipam":{"type":"host-local"}}"#) == ["/var/lib/cni/networks/net"])
    #expect(try directories(Self.own) == ["/srv/ipam/net"])
    let odd = #"{"type":"bridge","IPAM":{"Type":"host-local","datadir":"/srv/odd"}}"#
    #expect(try directories(odd) == ["/srv/odd/net"], "Go finds keys in any case")
    let empty = #"{"type":"bridge","ipam":{"type":"host-local","dataDir":""}}"#
    #expect(try directories(empty) == ["/var/lib/cni/networks/net"])
    #expect(try directories(#"{"type":"portmap"}"#, Self.own) == ["/srv/ipam/net"])
    #expect(try directories(#"{"type":"bridge","ipam":{"type":"dhcp","dataDir":"/x"}}"#).isEmpty)
    #expect(try directories(#"{"type":"loopback"}"#, #"{"type":"t","ipam":{}}"#).isEmpty)
  }

  @Test("each is written down once, durably sorted, and known after a restart")
  func remember() throws {
    let first = try DataDirectories(root: root.path)
    #expect(first.all.isEmpty)
    #expect(!root.holds("data-directories"))
    try first.remember(try Self.list(Self.own, name: "b"))
    try first.remember(try Self.list(Self.own, name: "a"))
    #expect(first.all == ["/srv/ipam/a", "/srv/ipam/b"])
    #expect(try root.text("data-directories") == "/srv/ipam/a\n/srv/ipam/b\n")
    #expect(try root.status("data-directories").st_mode & 0o7777 == 0o600)
    let inode = try root.status("data-directories").st_ino
    try first.remember(try Self.list(Self.own, name: "a"))
    #expect(try root.status("data-directories").st_ino == inode, "what is known is not written again")
    let second = try DataDirectories(root: root.path)
    #expect(second.all == first.all)
    try second.remember(try Self.list(Self.own, name: "c"))
    #expect(try DataDirectories(root: root.path).all == ["/srv/ipam/a", "/srv/ipam/b", "/srv/ipam/c"])
  }

  @Test("a list without host-local writes nothing")
  func nothing() throws {
    try DataDirectories(root: root.path).remember(try Self.list(#"{"type":"loopback"}"#))
    #expect(!root.holds("data-directories"))
  }

  @Test("lines that are no paths are passed over; a file that cannot be read is an error")
  func garbage() throws {
    try root.write("data-directories", "\nrelative\n/srv/a\n/srv/b")
    #expect(try DataDirectories(root: root.path).all == ["/srv/a", "/srv/b"])
    try root.write("other/data-directories/x", "")
    #expect(throws: KernelError.self) { try DataDirectories(root: root.path + "/other") }
  }

  @Test("what could not be written down is not known: the next one tries again")
  func failed() throws {
    let directories = try DataDirectories(root: root.path + "/absent")
    #expect(throws: KernelError.self) { try directories.remember(try Self.list(Self.own)) }
    #expect(directories.all.isEmpty)
    try Directories.make(root.path + "/absent")
    try directories.remember(try Self.list(Self.own))
    #expect(try DataDirectories(root: root.path + "/absent").all == ["/srv/ipam/net"])
  }
}
