import CNI
import CNIPlugin
import LinuxKernel
import Netfilter

/// What an attachment asks for in the host's table is another's.
struct TableConflict: Error {
  let element: Table.Element

  init(_ element: Table.Element) { self.element = element }

  /// The failure in words, with the holder.
  var error: PluginError {
    PluginError("\(subject) is taken by \(holder)", code: CNIError.Code.tryAgainLater, details: "\(element)")
  }

  private var subject: String {
    var (addresses, ports): ([IPAddress], [String]) = ([], [])
    var proto: TransportProtocol?
    for field in element.key {
      switch field {
      case .address(let address): addresses.append(address)
      case .proto(let value): proto = value
      case .service(let port): ports.append("\(port)\(proto.map { "/\($0)" } ?? "")")
      default: return "\(element)"
      }
    }
    let place = addresses.first.map { ports.isEmpty ? "the address \($0)" : " of \($0)" } ?? ""
    return (ports.first.map { "the port \($0)" } ?? "") + place
  }

  private var holder: String {
    guard let comment = element.comment, !comment.isEmpty else { return "somebody else" }
    guard let identity = LinkOwner.identity(in: comment) else { return comment }
    return "the container \(identity.containerID), interface \(identity.interfaceName)"
  }
}
