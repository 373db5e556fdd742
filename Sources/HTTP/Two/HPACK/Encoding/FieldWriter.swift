import Bytes

/// Writes one field block.
///
/// Proof of safety: what is written lies between `end` and `limit`, which is compared before.
@safe struct FieldWriter: ~Copyable {
  private let start: UnsafeMutablePointer<UInt8>
  private let limit: UnsafeMutablePointer<UInt8>
  private var end: UnsafeMutablePointer<UInt8>

  /// - Parameter start: has `room` as long as the value is used.
  @unsafe init(_ start: UnsafeMutablePointer<UInt8>, room: Int) {
    unsafe (self.start, limit, end) = (start, start + room, start)
  }

  /// Octets that are written.
  var count: Int { unsafe end - start }
  private var room: Int { unsafe limit - end }

  /// Octets of a block's fields at most: before a literal stand a pattern and two lengths of 6 octets at most.
  static func octetLimit(of fields: borrowing FieldBlock) -> Int { fields.octets.count &+ 16 &* fields.slots.count }

  mutating func writeTableSize(_ deflater: borrowing FieldDeflater) throws(WriteError) {
    unsafe end += try deflater.writeTableSize(to: end, room: room)
  }

  /// RFC 9113 §8.3.2: an entry of the static table, or three digits behind its name.
  mutating func write(status: UInt16) throws(WriteError) {
    let index: UInt8? =
      switch status {
      case 200: 8
      case 204: 9
      case 206: 10
      case 304: 11
      case 400: 12
      case 404: 13
      case 500: 14
      default: nil
      }
    guard room >= 5 else { throw .noRoom }
    if let index {
      unsafe end.pointee = 0x80 | index
      unsafe end += 1
    } else {
      unsafe (end[0], end[1]) = (0x08, 3)
      unsafe end[2] = 0x30 &+ UInt8(truncatingIfNeeded: status / 100)
      unsafe end[3] = 0x30 &+ UInt8(truncatingIfNeeded: status / 10 % 10)
      unsafe end[4] = 0x30 &+ UInt8(truncatingIfNeeded: status % 10)
      unsafe end += 5
    }
  }

  /// All fields of a block, in order.
  mutating func write(
    _ lines: Span<UInt8>, _ slots: Span<FieldSlot>, by deflater: inout FieldDeflater
  ) throws(WriteError) {
    try unsafe lines.withUnsafeBufferPointer { (lines) throws(WriteError) in
      for index in slots.indices {
        guard let field = unsafe OutgoingField(slots[index], in: lines) else { continue }
        switch field.known.representation {
        case .indexed where field.nameCount <= FieldDeflater.nameLimit:
          let hash = field.hash
          if let index = deflater.index(of: field, hash: hash) {
            try write(index: index)
          } else {
            unsafe end += try deflater.deflate(field, hash: hash, to: end, room: room)
          }
        case .indexed, .literal: try writeLiteral(field, pattern: 0)
        case .neverIndexed: try writeLiteral(field, pattern: 0x10)
        }
      }
    }
  }

  /// RFC 7541 §6.1.
  private mutating func write(index: Int) throws(WriteError) {
    guard room >= 6 else { throw .noRoom }
    unsafe end.pointee = 0x80
    unsafe write(length: index)
  }

  /// RFC 7541 §6.2.2 and §6.2.3.
  ///
  /// - Parameter pattern: the representation's upper four bits.
  private mutating func writeLiteral(_ field: OutgoingField, pattern: UInt8) throws(WriteError) {
    guard room >= field.nameCount &+ field.valueCount &+ 16 else { throw .noRoom }
    let index = field.known.staticIndex
    if index >= 15 {
      unsafe (end[0], end[1]) = (pattern | 0x0F, index &- 15)
      unsafe end += 2
    } else {
      unsafe end.pointee = pattern
      unsafe end += 1
      unsafe end.pointee = 0
      unsafe write(length: field.nameCount)
      unsafe field.writeName(to: end)
      unsafe end += field.nameCount
    }
    unsafe end.pointee = 0
    unsafe write(length: field.valueCount)
    unsafe field.writeValue(to: end)
    unsafe end += field.valueCount
  }

  /// An integer with a prefix of 7 bits (RFC 7541 §5.1), whose first octet has its top bit already; there is room for 6
  /// octets.
  @unsafe private mutating func write(length: Int) {
    guard length >= 0x7F else {
      unsafe end.pointee |= UInt8(truncatingIfNeeded: length)
      unsafe end += 1
      return
    }
    unsafe end.pointee |= 0x7F
    unsafe end += 1
    var rest = length &- 0x7F
    while rest >= 0x80 {
      unsafe end.pointee = UInt8(truncatingIfNeeded: rest) | 0x80
      unsafe end += 1
      rest >>= 7
    }
    unsafe end.pointee = UInt8(truncatingIfNeeded: rest)
    unsafe end += 1
  }

  mutating func write(length: UInt64) throws(WriteError) {
    try write(upTo: 32) { output in output.append(literal: .contentLength, upTo: 20) { $0.append(decimal: length) } }
  }

  /// What `fill` writes by itself, `count` octets at most.
  @inline(__always) mutating func write(
    upTo count: Int, _ fill: (inout OutputSpan<UInt8>) -> Void
  ) throws(WriteError) {
    guard count > 0 else { return }
    guard room >= count else { throw .noRoom }
    let free = unsafe UnsafeMutableBufferPointer(start: end, count: count)
    var output = unsafe OutputSpan(buffer: free, initializedCount: 0)
    fill(&output)
    unsafe end += output.finalize(for: free)
  }
}
