import CMnl
import LinuxKernel

/// One attribute of a message, valid while the message's buffer is.
///
/// Getters give nil when the payload is too short for what is asked of it; nothing is read outside the payload.
package struct Attribute {
  package let type: Int
  package let payload: UnsafeRawBufferPointer

  package func load<Value: BitwiseCopyable>(as type: Value.Type) -> Value? {
    payload.count >= MemoryLayout<Value>.size ? payload.loadUnaligned(as: type) : nil
  }

  package var uint8: UInt8? { load(as: UInt8.self) }
  package var uint16: UInt16? { load(as: UInt16.self) }
  package var uint32: UInt32? { load(as: UInt32.self) }
  package var int32: Int32? { load(as: Int32.self) }

  /// The text up to the first zero byte, or all of it; wrong UTF-8 is repaired.
  package var string: String { String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self) }

  var address: IPAddress? { IPAddress(bytes: payload) }

  package var nested: AttributeSequence { AttributeSequence(payload) }
}

/// The attributes that fill a buffer, as libmnl's `mnl_attr_for_each_payload` visits them: it ends before the first
/// that is not whole.
package struct AttributeSequence: Sequence, IteratorProtocol {
  private var rest: UnsafeRawBufferPointer

  package init(_ buffer: UnsafeRawBufferPointer) { rest = buffer }

  package mutating func next() -> Attribute? {
    guard let base = rest.baseAddress else { return nil }
    let attribute = base.assumingMemoryBound(to: nlattr.self)
    guard mnl_attr_ok(attribute, Int32(clamping: rest.count)) else { return nil }
    let payloadLength = Int(mnl_attr_get_payload_len(attribute))
    let type = Int(mnl_attr_get_type(attribute)) & Int(BERTH_NLA_TYPE_MASK)
    let offset = MemoryLayout<nlattr>.size
    let payload = UnsafeRawBufferPointer(rebasing: rest[offset..<(offset + payloadLength)])
    // The last attribute need not be padded.
    let step = Swift.min((offset + payloadLength + 3) & ~3, rest.count)
    rest = UnsafeRawBufferPointer(rebasing: rest[step...])
    return Attribute(type: type, payload: payload)
  }
}
