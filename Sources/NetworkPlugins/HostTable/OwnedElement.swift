package import CNI
import JSON
import LinuxKernel
import Netfilter

/// An element of the host's table that bears an attachment of ours as its comment.
package struct OwnedElement: Sendable, Hashable, CustomStringConvertible {
  /// The attachment.
  package let identity: AttachmentIdentity
  private let element: Table.Element

  /// The element in nft's words.
  package var description: String { "\(element)" }

  /// All of them, whatever the network; none where there is no table, nor on a kernel that can have none.
  package static func all() throws -> [OwnedElement] {
    guard HostTable.reasonWhyNot == nil else { return [] }
    return try HostRuleset().elements { _ in true }.compactMap { element in
      element.comment.flatMap(LinkOwner.identity).map { OwnedElement(identity: $0, element: element) }
    }
  }

  /// Deletes it, if it is still the same owner's.
  package func delete() throws {
    let host = try HostRuleset()
    try host.delete {
      try host.ruleset.find(element).map { [$0] }?.filter {
        $0.comment?.hasSameBytes(as: element.comment ?? "") == true
      }
        ?? []
    }
  }

  /// Deletes what subnets have in the table where they have no pods any more.
  package static func tidySubnets() throws {
    guard HostTable.reasonWhyNot == nil else { return }
    try HostRuleset().tidy()
  }
}
