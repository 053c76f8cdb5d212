import CMnl

extension QueueingDiscipline {
  init(_ message: Message) throws(DecodingFailure) {
    var kind = ""
    var options: AttributeSequence?
    for attribute in message.attributes(after: tcmsg.self) {
      switch attribute.type {
      case Int(TCA_KIND): kind = attribute.string
      case Int(TCA_OPTIONS): options = attribute.nested
      default: break
      }
    }
    switch kind {
    case "": throw DecodingFailure("qdisc without a kind")
    case "ingress": self = .ingress
    case "tbf": self = .tokenBucket(try TokenBucket(options))
    default: self = .other(kind)
    }
  }
}

extension TokenBucket {
  fileprivate init(_ options: AttributeSequence?) throws(DecodingFailure) {
    var (parameters, rate64): (tc_tbf_qopt?, UInt64?)
    for attribute in options.map(Array.init) ?? [] {
      switch attribute.type {
      case Int(TCA_TBF_PARMS): parameters = attribute.load(as: tc_tbf_qopt.self)
      case Int(TCA_TBF_RATE64): rate64 = attribute.load(as: UInt64.self)
      default: break
      }
    }
    guard let parameters else { throw DecodingFailure("tbf without parameters") }
    let rate = rate64 ?? UInt64(parameters.rate.rate)
    // The kernel tells how long the burst takes, in ticks of 64 ns.
    let burst = (UInt64(parameters.buffer) * 64).multipliedFullWidth(by: rate)
    let second: UInt64 = 1_000_000_000
    // One that somebody else has set may be beyond all measure.
    let bytes = burst.high < second ? second.dividingFullWidth(burst).quotient : .max
    self.init(rate: rate, burst: UInt32(clamping: bytes), limit: parameters.limit)
  }
}
