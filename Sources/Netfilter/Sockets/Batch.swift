import CMnl
import CNftnl
import Netlink
import SystemPackage

/// A transaction as the kernel takes it: messages between two that begin and end the batch, numbered one after the
/// other.
struct Batch {
  let transaction: Transaction
  /// Whether the end is left out, at which the kernel tries all and keeps nothing.
  let isTrial: Bool
  let firstSequence: UInt32

  /// The sequence number of the last command, which is the one that is acknowledged.
  var lastSequence: UInt32 { firstSequence &+ UInt32(transaction.commands.count) }

  /// Room for the numbers of beginning and end.
  var sequences: UInt32 { UInt32(transaction.commands.count) + 2 }

  func encoded() throws(NetfilterError) -> [UInt8] {
    var buffer = MessageBuffer()
    buffer.appendBegin(sequence: firstSequence, generation: transaction.generation)
    for (index, command) in transaction.commands.enumerated() {
      let sequence = firstSequence &+ UInt32(index + 1)
      do throws(Errno) {
        try buffer.append(command, id: UInt32(index + 1), isLast: sequence == lastSequence, sequence: sequence)
      } catch {
        throw NetfilterError(errno: error, command: command.description, index: index)
      }
    }
    if !isTrial { buffer.appendEnd(sequence: lastSequence &+ 1) }
    return buffer.bytes
  }

  /// The error of the command with a sequence number; the transaction's as a whole for that of the beginning.
  func failure(_ acknowledgement: Acknowledgement, sequence: UInt32) -> NetfilterError? {
    guard let errno = acknowledgement.errno else { return nil }
    let index = Int(sequence &- firstSequence) - 1
    guard transaction.commands.indices.contains(index) else {
      return NetfilterError(errno: errno, command: transaction.words, detail: acknowledgement.text)
    }
    let command = transaction.commands[index].description
    return NetfilterError(errno: errno, command: command, index: index, detail: acknowledgement.text)
  }
}

extension Transaction {
  /// The transaction as a whole: its one command, or the first of several.
  var words: String {
    guard let first = commands.first else { return "an empty transaction" }
    return commands.count == 1 ? "\(first)" : "\(first), and \(commands.count - 1) more"
  }

  func validate() throws(NetfilterError) {
    for (index, command) in commands.enumerated() { try command.validateAlone(index: index) }
  }
}

extension Command {
  func validateAlone(index: Int? = nil) throws(NetfilterError) {
    do throws(Refusal) {
      try validate()
    } catch {
      throw NetfilterError(
        .invalidArgument, errno: .invalidArgument, command: description, index: index, detail: error.reason)
    }
  }
}
