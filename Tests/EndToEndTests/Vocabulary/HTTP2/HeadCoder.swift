import CNghttp2

/// HPACK both ways for one connection (RFC 7541), by nghttp2's coder.
@safe
final class HeadCoder {
  private var deflater: OpaquePointer?
  private var inflater: OpaquePointer?

  init() throws {
    let results = unsafe (nghttp2_hd_deflate_new(&deflater, 4096), nghttp2_hd_inflate_new(&inflater))
    guard results == (0, 0) else { throw Unmet("nghttp2 has no coder") }
  }

  deinit {
    unsafe nghttp2_hd_deflate_del(deflater)
    unsafe nghttp2_hd_inflate_del(inflater)
  }

  /// Changes the size of the table that heads are encoded with; the next one says so first (RFC 7541 §6.3).
  func setTableSize(_ octets: Int) { unsafe nghttp2_hd_deflate_change_table_size(deflater, octets) }

  /// - Parameter isIndexed: whether the fields enter the dynamic table; then a later head is shorter.
  func encode(_ fields: Fields, isIndexed: Bool = true) throws -> [UInt8] {
    let flags = UInt8((isIndexed ? NGHTTP2_NV_FLAG_NONE : NGHTTP2_NV_FLAG_NO_INDEX).rawValue)
    var octets = Array(fields.pairs.map { $0.name + $0.value }.joined().utf8) + [0]
    return try unsafe octets.withUnsafeMutableBufferPointer { buffer in
      var (pairs, position): ([nghttp2_nv], Int) = unsafe ([], 0)
      for (name, value) in fields.pairs {
        let (nameCount, valueCount) = (name.utf8.count, value.utf8.count)
        let start = unsafe buffer.baseAddress.map { unsafe $0 + position }
        unsafe pairs.append(
          nghttp2_nv(
            name: start, value: start.map { unsafe $0 + nameCount }, namelen: nameCount, valuelen: valueCount,
            flags: flags))
        position += nameCount + valueCount
      }
      let bound = unsafe nghttp2_hd_deflate_bound(deflater, &pairs, pairs.count)
      var block = [UInt8](repeating: 0, count: bound)
      let count = unsafe nghttp2_hd_deflate_hd(deflater, &block, bound, &pairs, pairs.count)
      guard count >= 0 else { throw Unmet("a head cannot be encoded: nghttp2 says \(count)") }
      return Array(block[..<count])
    }
  }

  func decode(_ block: [UInt8]) throws -> Fields {
    var (fields, position): (Fields, Int) = ([:], 0)
    while true {
      var pair = unsafe nghttp2_nv()
      var flags = Int32(0)
      let read = unsafe block.withUnsafeBufferPointer {
        unsafe nghttp2_hd_inflate_hd2(
          inflater, &pair, &flags, $0.baseAddress.map { unsafe $0 + position }, $0.count - position, 1)
      }
      guard read >= 0 else { throw Unmet("a head cannot be decoded: nghttp2 says \(read)") }
      position += read
      if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
        let name = unsafe UnsafeBufferPointer(start: pair.name, count: pair.namelen)
        let value = unsafe UnsafeBufferPointer(start: pair.value, count: pair.valuelen)
        unsafe fields.pairs.append((String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self)))
      }
      if flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 { break }
      if read == 0, position >= block.count { throw Unmet("a head ends in the middle of a field") }
    }
    unsafe nghttp2_hd_inflate_end_headers(inflater)
    return fields
  }
}
