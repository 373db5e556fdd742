import Bytes
import CNghttp2

/// One field as it comes out of a block, in memory of the coder's.
@safe struct InflatedField {
  // Proof of safety: both point into an entry of the coder's tables or into the field it has just read, which stay as
  // they are until it is asked for the next field. The decoder copies them before.
  private let pair: nghttp2_nv
  /// What is known of it.
  let mark: FieldMark
  /// Which entry of the dynamic table it was taken from, of all that ever were: the same number is the same field. 0 of
  /// what was not.
  let entry: Int

  init(_ pair: nghttp2_nv, _ mark: FieldMark, entry: Int = 0) {
    unsafe (self.pair, self.mark, self.entry) = (pair, mark, entry)
  }

  var nameCount: Int { unsafe pair.namelen }
  var valueCount: Int { unsafe pair.valuelen }
  /// Name and value together, with the 32 octets of RFC 9113 §6.5.2.
  var size: Int { nameCount &+ valueCount &+ 32 }

  var value: Span<UInt8> {
    @_lifetime(borrow self) get {
      let span = unsafe Span<UInt8>(_unsafeStart: pair.value, count: pair.valuelen)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// Writes the line behind another one: `CRLF name: value`.
  ///
  /// - Parameter octets: has room for it, `lineOctets`.
  func writeLine(to octets: inout Buffer) {
    unsafe octets.fill { free, room in
      guard room >= lineOctets else { return 0 }
      unsafe free.storeBytes(of: UInt16(littleEndian: 0x0A0D), as: UInt16.self)
      var end = unsafe (free + 2).assumingMemoryBound(to: UInt8.self)
      unsafe end.initialize(from: pair.name, count: nameCount)
      unsafe end += nameCount
      unsafe UnsafeMutableRawPointer(end).storeBytes(of: UInt16(littleEndian: 0x203A), as: UInt16.self)
      unsafe end += 2
      unsafe end.initialize(from: pair.value, count: valueCount)
      return lineOctets
    }
  }

  var lineOctets: Int { nameCount &+ valueCount &+ 4 }
}

/// nghttp2's decoder of one connection's field blocks (RFC 7541) with a dynamic table of 4,096 octets.
///
/// A field that a block only refers to is looked up in the coder's tables without it (measured: a quarter of the
/// price), and beside each entry of its dynamic table stands here what was found out about it.
@safe struct FieldInflater: ~Copyable {
  private enum State {
    /// The next octet begins a field, or ends the block.
    case betweenFields
    /// The next octet begins a change of the table's size, or goes on with it.
    case tableSize, tableSizeTail
    /// Within a field that the dynamic table gets.
    case insertion
    case field
  }

  /// Entries of the largest dynamic table: each counts 32 octets and more (RFC 7541 §4.1).
  private static let entryLimit = 128
  /// Entries of the static table.
  private static let staticEntries = 61

  /// `nil` where there is no memory for it.
  private let coder: OpaquePointer?
  private var state = State.betweenFields
  /// Whether the block has had a field: no change of the table's size may follow (RFC 7541 §4.2).
  private var hasFields = false
  /// Of the dynamic table, in a ring.
  private var marks = FixedBuffer(repeating: FieldMark(.faulty), count: FieldInflater.entryLimit)
  /// Counts the entries that the dynamic table was ever to get.
  private var newest = 0

  init() {
    var coder: OpaquePointer?
    let result = unsafe nghttp2_hd_inflate_new(&coder)
    unsafe self.coder = result == 0 ? coder : nil
  }

  /// Whether there was memory for it.
  var isReady: Bool { unsafe coder != nil }

  deinit { if let coder = unsafe coder { unsafe nghttp2_hd_inflate_del(coder) } }

  /// Takes the fields that the block only refers to as long as they are plain, which most of a browser's are: without a
  /// look at their letters, in one loop.
  ///
  /// - Parameters:
  ///   - input: the fragment, from its first octet each time.
  ///   - size: of the fields, as RFC 9113 §6.5.2 counts.
  ///   - limit: of `size`.
  ///   - octets: gets the lines, as `InflatedField.writeLine` writes them.
  ///   - most: fields.
  @inline(__always) mutating func takePlainFields(
    _ input: UnsafeBufferPointer<UInt8>, from position: inout Int, counting size: inout Int, limit: Int,
    to octets: inout Buffer, _ fields: inout FieldTable, most: Int
  ) {
    guard position < input.count, unsafe input[position] >= 0xBE, state == .betweenFields, let coder = unsafe coder
    else { return }
    let start = octets.count
    unsafe octets.fill { free, room in
      var end = unsafe free.assumingMemoryBound(to: UInt8.self)
      let last = unsafe end + room
      while position < input.count {
        // The dynamic table's first 65, in one octet.
        let age = Int(unsafe input[position]) &- 0xBE
        guard age >= 0, age < 0xFF - 0xBE else { break }
        let mark = marks[(newest &- age) & (Self.entryLimit &- 1)]
        guard mark.kind == .plain, fields.count < most,
          let entry = unsafe nghttp2_hd_inflate_get_table_entry(coder, Self.staticEntries &+ 1 &+ age)
        else { break }
        let (name, value) = unsafe (entry.pointee.namelen, entry.pointee.valuelen)
        guard size &+ name &+ value &+ 32 <= limit, unsafe last - end >= name &+ value &+ 4 else { break }
        size &+= name &+ value &+ 32
        let line = start &+ (unsafe end - free.assumingMemoryBound(to: UInt8.self)) &+ 2
        unsafe UnsafeMutableRawPointer(end).storeBytes(of: UInt16(littleEndian: 0x0A0D), as: UInt16.self)
        unsafe (end + 2).initialize(from: entry.pointee.name, count: name)
        unsafe end += name &+ 2
        unsafe UnsafeMutableRawPointer(end).storeBytes(of: UInt16(littleEndian: 0x203A), as: UInt16.self)
        unsafe (end + 2).initialize(from: entry.pointee.value, count: value)
        unsafe end += value &+ 2
        let valueStart = line &+ name &+ 2
        _ = fields.append(
          plain: FieldSlot(
            name: ByteRange(from: line, to: line &+ name),
            value: ByteRange(from: valueStart, to: valueStart &+ value), known: mark.known))
        position &+= 1
      }
      return unsafe end - free.assumingMemoryBound(to: UInt8.self)
    }
  }

  /// The next field of the block.
  ///
  /// - Parameter input: the fragment, from its first octet each time.
  /// - Returns: `nil` when the fragment is used up.
  @inline(__always) mutating func next(
    _ input: UnsafeBufferPointer<UInt8>, from position: inout Int
  ) throws(HPACKError) -> InflatedField? {
    guard position < input.count else { return nil }
    if state == .betweenFields, let index = Self.index(of: unsafe input[position]) {
      position &+= 1
      return try field(at: index)
    }
    return try unsafe readField(input, from: &position)
  }

  /// The block is whole.
  mutating func end() throws(HPACKError) {
    guard let coder = unsafe coder, state == .betweenFields else { throw .compression }
    hasFields = false
    unsafe _ = nghttp2_hd_inflate_end_headers(coder)
  }

  /// Of an indexed field in one octet (RFC 7541 §6.1); `nil` for all else. Index 0 and what goes on in the next octet
  /// is the coder's.
  @inline(__always) private static func index(of octet: UInt8) -> Int? {
    octet > 0x80 && octet < 0xFF ? Int(octet & 0x7F) : nil
  }

  @inline(__always) private mutating func field(at index: Int) throws(HPACKError) -> InflatedField {
    guard let coder = unsafe coder, let entry = unsafe nghttp2_hd_inflate_get_table_entry(coder, index) else {
      throw .compression
    }
    hasFields = true
    let pair = unsafe entry.pointee
    guard index > Self.staticEntries else { return unsafe InflatedField(pair, Self.mark(at: index, pair)) }
    let number = newest &- (index &- Self.staticEntries &- 1)
    return unsafe InflatedField(pair, marks[number & (Self.entryLimit &- 1)], entry: number)
  }

  /// A field that is not in the tables.
  @inline(never) private mutating func readField(
    _ input: UnsafeBufferPointer<UInt8>, from position: inout Int
  ) throws(HPACKError) -> InflatedField? {
    guard let coder = unsafe coder, let base = input.baseAddress else { throw .exhausted }
    while position < input.count {
      if state == .betweenFields { try begin(unsafe input[position]) }
      // A size goes octet by octet: what begins behind it is seen here before the coder sees it.
      let isSize = state == .tableSize || state == .tableSizeTail
      let count = isSize ? 1 : input.count &- position
      var pair = unsafe nghttp2_nv()
      var flags: CInt = 0
      let used = unsafe nghttp2_hd_inflate_hd2(coder, &pair, &flags, base + position, count, 0)
      guard used > 0, used <= count else { throw used == Int(NGHTTP2_ERR_NOMEM.rawValue) ? .exhausted : .compression }
      if isSize { goOn(behind: unsafe input[position]) }
      position &+= used
      guard flags & CInt(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 else { continue }
      hasFields = true
      let mark = unsafe Self.mark(pair)
      // One that is larger than the table empties it (RFC 7541 §4.4): nothing refers to its mark, nor to older ones.
      if state == .insertion {
        newest &+= 1
        marks[newest & (Self.entryLimit &- 1)] = mark
      }
      state = .betweenFields
      return unsafe InflatedField(pair, mark)
    }
    return nil
  }

  /// What an octet begins (RFC 7541 §6).
  private mutating func begin(_ octet: UInt8) throws(HPACKError) {
    if octet & 0xE0 == 0x20 {
      guard !hasFields else { throw .compression }
      state = .tableSize
    } else {
      state = octet & 0xC0 == 0x40 ? .insertion : .field
    }
  }

  /// An octet of a size was read (RFC 7541 §5.1).
  private mutating func goOn(behind octet: UInt8) {
    let hasMore = state == .tableSize ? octet & 0x1F == 0x1F : octet & 0x80 != 0
    state = hasMore ? .tableSizeTail : .betweenFields
  }

  private static func mark(_ pair: nghttp2_nv) -> FieldMark {
    unsafe FieldMark(
      name: Span(_unsafeStart: pair.name, count: pair.namelen),
      value: Span(_unsafeStart: pair.value, count: pair.valuelen))
  }

  /// Of the static table (RFC 7541 appendix A): what requests have of it, without a look at the letters.
  @inline(__always) private static func mark(at index: Int, _ pair: nghttp2_nv) -> FieldMark {
    switch index {
    case 2, 3: FieldMark(.method)
    case 4, 5: FieldMark(.path)
    case 6, 7: FieldMark(.scheme)
    case 16: FieldMark(.plain, .acceptEncoding)
    default: unsafe mark(pair)
    }
  }
}
