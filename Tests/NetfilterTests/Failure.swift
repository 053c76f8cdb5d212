import Netfilter

/// The error a call ends with; nil when it succeeds or throws something else.
func failure(_ body: () throws -> Void) -> NetfilterError? {
  do {
    try body()
    return nil
  } catch {
    return error as? NetfilterError
  }
}

/// A transaction that `body` fills.
func transaction(_ body: (inout Transaction) -> Void) -> Transaction {
  var transaction = Transaction()
  body(&transaction)
  return transaction
}
