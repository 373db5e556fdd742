import Bytes
import CNghttp2

/// Writes one field block.
///
/// Proof of safety: what is written lies between `end` and `limit`, which is compared before; what the fields are made
/// of is lent until `append` returns.
@safe struct FieldDeflater: ~Copyable {
  /// Fields that are given to the coder at once, and octets of names that are made lower-case for them: so much lies on
  /// the stack.
  private static let batch = 24
  private static let nameOctets = 1_024
  /// Octets of a name that the table may get.
  private static let nameLimit = 256

  private let coder: OpaquePointer
  private let start: UnsafeMutablePointer<UInt8>
  private let limit: UnsafeMutablePointer<UInt8>
  private var end: UnsafeMutablePointer<UInt8>

  init(_ coder: OpaquePointer, _ start: UnsafeMutablePointer<UInt8>, room: Int) {
    unsafe (self.coder, self.start, limit, end) = (coder, start, start + room, start)
  }

  /// Octets that are written.
  var count: Int { unsafe end - start }

  /// Octets of a block's fields at most: before a literal with a new name stand two lengths of 6 octets at most.
  static func octetLimit(of fields: borrowing FieldBlock) -> Int { fields.octets.count &+ 16 &* fields.slots.count }

  /// Lets the coder say the table's new size.
  mutating func writeTableSize() throws(WriteError) {
    var none = unsafe nghttp2_nv()
    try unsafe deflate(&none, 0)
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
    guard unsafe limit - end >= 5 else { throw .noRoom }
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

  /// All fields of a block.
  mutating func write(_ lines: Span<UInt8>, _ slots: Span<FieldSlot>) throws(WriteError) {
    guard !slots.isEmpty else { return }
    try unsafe lines.withUnsafeBufferPointer { (lines) throws(WriteError) in
      try unsafe withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: Self.batch) {
        (fields) throws(WriteError) in
        try unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.nameOctets) {
          (names) throws(WriteError) in
          try unsafe write(slots, of: lines, fields, names)
        }
      }
    }
  }

  private mutating func write(
    _ slots: Span<FieldSlot>, of lines: UnsafeBufferPointer<UInt8>, _ fields: UnsafeMutableBufferPointer<nghttp2_nv>,
    _ names: UnsafeMutableBufferPointer<UInt8>
  ) throws(WriteError) {
    guard let base = lines.baseAddress, let field = fields.baseAddress, let name = names.baseAddress else { return }
    var (waiting, used) = (0, 0)
    for index in slots.indices {
      let slot = slots[index]
      guard slot.name.upperBound <= lines.count, slot.value.upperBound <= lines.count else { continue }
      let (nameCount, valueCount) = (Int(slot.name.count), Int(slot.value.count))
      let value = unsafe base + slot.value.lowerBound
      let representation = slot.known.representation
      if representation != .indexed || nameCount > Self.nameLimit {
        try unsafe writeLiteral(
          representation == .neverIndexed ? 0x10 : 0, slot.known, base + slot.name.lowerBound, nameCount, value,
          valueCount)
        continue
      }
      if waiting == Self.batch || used &+ nameCount > Self.nameOctets {
        try unsafe deflate(field, waiting)
        (waiting, used) = (0, 0)
      }
      let lowercase: UnsafeMutablePointer<UInt8>
      if slot.known != .other {
        // A literal of the executable's, which nobody writes to.
        unsafe lowercase = UnsafeMutablePointer(mutating: slot.known.text.utf8Start)
      } else {
        unsafe lowercase = name + used
        unsafe Self.copy(lowercased: base + slot.name.lowerBound, nameCount, to: lowercase)
        used &+= nameCount
      }
      unsafe (field + waiting).initialize(
        to: nghttp2_nv(
          name: lowercase, value: UnsafeMutablePointer(mutating: value), namelen: nameCount, valuelen: valueCount,
          flags: 0))
      waiting &+= 1
    }
    if waiting > 0 { try unsafe deflate(field, waiting) }
  }

  private mutating func deflate(_ fields: UnsafePointer<nghttp2_nv>, _ count: Int) throws(WriteError) {
    let octets = unsafe nghttp2_hd_deflate_hd(coder, end, limit - end, fields, count)
    guard octets >= 0 else { throw .coderFailed }
    unsafe end += octets
  }

  // MARK: Literals

  /// RFC 7541 §6.2.2 and §6.2.3.
  ///
  /// - Parameter pattern: the representation's upper four bits.
  private mutating func writeLiteral(
    _ pattern: UInt8, _ known: FieldName, _ name: UnsafePointer<UInt8>, _ nameCount: Int,
    _ value: UnsafePointer<UInt8>, _ valueCount: Int
  ) throws(WriteError) {
    guard unsafe limit - end >= nameCount &+ valueCount &+ 12 else { throw .noRoom }
    let index = known.staticIndex
    if index >= 15 {
      unsafe (end[0], end[1]) = (pattern | 0x0F, index &- 15)
      unsafe end += 2
    } else {
      unsafe end.pointee = pattern
      unsafe end += 1
      unsafe write(length: nameCount)
      unsafe Self.copy(lowercased: name, nameCount, to: end)
      unsafe end += nameCount
    }
    unsafe write(length: valueCount)
    unsafe end.initialize(from: value, count: valueCount)
    unsafe end += valueCount
  }

  /// An integer with a prefix of 7 bits (RFC 7541 §5.1), in 4 octets at most; there is room.
  @unsafe private mutating func write(length: Int) {
    guard length >= 0x7F else {
      unsafe end.pointee = UInt8(truncatingIfNeeded: length)
      unsafe end += 1
      return
    }
    unsafe end.pointee = 0x7F
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
    try write(upTo: 40) { output in output.append(literal: .contentLength, upTo: 20) { $0.append(decimal: length) } }
  }

  /// What `fill` writes by itself.
  mutating func write(upTo count: Int, _ fill: (inout OutputSpan<UInt8>) -> Void) throws(WriteError) {
    guard count > 0 else { return }
    guard unsafe limit - end >= count else { throw .noRoom }
    let free = unsafe UnsafeMutableBufferPointer(start: end, count: count)
    var output = unsafe OutputSpan(buffer: free, initializedCount: 0)
    fill(&output)
    unsafe end += output.finalize(for: free)
  }

  private static func copy(lowercased from: UnsafePointer<UInt8>, _ count: Int, to: UnsafeMutablePointer<UInt8>) {
    func copyWord(_ place: Int) {
      let word = unsafe UnsafeRawPointer(from).loadUnaligned(fromByteOffset: place, as: UInt64.self)
      unsafe UnsafeMutableRawPointer(to).storeBytes(of: word.octetsLowercased, toByteOffset: place, as: UInt64.self)
    }
    guard count >= 8 else {
      for place in 0..<count { unsafe to[place] = from[place].lowercased }
      return
    }
    var place = 0
    while place &+ 8 < count {
      copyWord(place)
      place &+= 8
    }
    // The last word may overlap the one before it.
    copyWord(count &- 8)
  }
}
