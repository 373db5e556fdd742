import Bytes
import CNghttp2

/// nghttp2's encoder of one connection's field blocks (RFC 7541).
///
/// It finds what its dynamic table has by a name's letters, for 250 to 350 instructions a field. So it is remembered
/// here where a field was when it was sent last, and looked up there: what is found is compared, so that what is
/// remembered may be wrong, and for a third of the price.
@safe struct FieldDeflater: ~Copyable {
  /// Where a field may be.
  private struct Place: BitwiseCopyable {
    /// Which entry of all that the table ever had; the lowest 16 bits.
    var entry: UInt16 = 0
    /// Of the field's hash; 0 where nothing is remembered.
    var tag: UInt16 = 0
  }

  /// Octets of a name that the table may get.
  static let nameLimit = 256
  /// Entries of the static table.
  private static let staticEntries = 61
  private static let sets = 32

  /// `nil` where there is no memory for it.
  private let coder: OpaquePointer?
  /// Two to a set, the newer first.
  private var places = FixedBuffer(repeating: Place(), count: 2 * FieldDeflater.sets)
  /// Counts the entries that the dynamic table ever had.
  private var newest: UInt16 = 0

  init(tableLimit: Int) {
    var coder: OpaquePointer?
    let result = unsafe nghttp2_hd_deflate_new(&coder, tableLimit)
    unsafe self.coder = result == 0 ? coder : nil
  }

  deinit { if let coder = unsafe coder { unsafe nghttp2_hd_deflate_del(coder) } }

  func setTableLimit(_ octets: Int) {
    if let coder = unsafe coder { unsafe _ = nghttp2_hd_deflate_change_table_size(coder, octets) }
  }

  /// The index of a field that the dynamic table has (RFC 7541 §2.3.3); `nil` where that is not remembered.
  @inline(__always) func index(of field: OutgoingField, hash: UInt64) -> Int? {
    let (set, tag) = Self.place(of: hash)
    for way in set...set &+ 1 {
      let place = places[way]
      guard place.tag == tag, let coder = unsafe coder else { continue }
      let index = Self.staticEntries &+ 1 &+ Int(newest &- place.entry)
      guard let entry = unsafe nghttp2_hd_deflate_get_table_entry(coder, index),
        unsafe entry.pointee.namelen == field.nameCount, unsafe entry.pointee.valuelen == field.valueCount,
        unsafe field.equals(entry.pointee.name, entry.pointee.value)
      else { continue }
      return index
    }
    return nil
  }

  /// Encodes a field for the table.
  ///
  /// - Parameters:
  ///   - field: with a name of `nameLimit` octets at most.
  ///   - address: has `room`.
  /// - Returns: octets written.
  @unsafe mutating func deflate(
    _ field: OutgoingField, hash: UInt64, to address: UnsafeMutablePointer<UInt8>, room: Int
  ) throws(WriteError) -> Int {
    let count = try unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.nameLimit) {
      (name) throws(WriteError) in
      guard let name = name.baseAddress, field.nameCount <= Self.nameLimit else { throw .coderFailed }
      unsafe field.writeName(to: name)
      let pair = unsafe nghttp2_nv(
        name: name, value: field.valueAddress, namelen: field.nameCount, valuelen: field.valueCount, flags: 0)
      return try unsafe deflate(pair, 1, to: address, room: room)
    }
    if count > 0 { unsafe learn(address, count, hash) }
    return count
  }

  /// Encodes the table's new size (RFC 7541 §6.3), which nothing of a block may precede.
  @unsafe func writeTableSize(to address: UnsafeMutablePointer<UInt8>, room: Int) throws(WriteError) -> Int {
    try unsafe deflate(nghttp2_nv(), 0, to: address, room: room)
  }

  @unsafe private func deflate(
    _ pair: nghttp2_nv, _ count: Int, to address: UnsafeMutablePointer<UInt8>, room: Int
  ) throws(WriteError) -> Int {
    guard let coder = unsafe coder else { throw .coderFailed }
    let octets = unsafe withUnsafePointer(to: pair) { pair in
      unsafe nghttp2_hd_deflate_hd(coder, address, room, pair, count)
    }
    guard octets >= 0, octets <= room else { throw .coderFailed }
    return octets
  }

  /// Sees from a representation (RFC 7541 §6) where its field is now.
  @unsafe private mutating func learn(_ octets: UnsafePointer<UInt8>, _ count: Int, _ hash: UInt64) {
    let first = unsafe octets[0]
    let entry: UInt16
    if first & 0xC0 == 0x40 {
      newest &+= 1
      entry = newest
    } else if first & 0x80 != 0, first < 0xFF, first & 0x7F > Self.staticEntries {
      entry = newest &- UInt16(first & 0x7F) &+ UInt16(Self.staticEntries &+ 1)
    } else {
      return
    }
    let (set, tag) = Self.place(of: hash)
    places[set &+ 1] = places[set]
    places[set] = Place(entry: entry, tag: tag)
  }

  @inline(__always) private static func place(of hash: UInt64) -> (set: Int, tag: UInt16) {
    (Int(hash &>> 59) &* 2, UInt16(truncatingIfNeeded: hash &>> 40) | 1)
  }
}
