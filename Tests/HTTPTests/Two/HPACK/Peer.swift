import CNghttp2

/// nghttp2's encoder: what clients send.
@safe final class PeerEncoder {
  private let coder: OpaquePointer?

  init(table: Int = 4_096) {
    var coder: OpaquePointer?
    let result = unsafe nghttp2_hd_deflate_new(&coder, table)
    unsafe self.coder = result == 0 ? coder : nil
  }

  deinit { if let coder = unsafe coder { unsafe nghttp2_hd_deflate_del(coder) } }

  func setTable(_ octets: Int) { unsafe _ = nghttp2_hd_deflate_change_table_size(coder, octets) }

  /// - Parameter secrets: names of fields that no table may get.
  func encode(_ fields: FieldList, secrets: Set<String> = []) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 262_144)
    var coded: [UInt8] = []
    // One at a time, so that no more than two arrays are lent at once.
    if fields.isEmpty { coded = unsafe run(&output, []) }
    for field in fields {
      let flags = secrets.contains(field.name) ? UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) : 0
      var (name, value) = (Array(field.name.utf8), Array(field.value.utf8))
      unsafe name.withUnsafeMutableBufferPointer { name in
        unsafe value.withUnsafeMutableBufferPointer { value in
          let pair = unsafe nghttp2_nv(
            name: name.baseAddress, value: value.baseAddress, namelen: name.count, valuelen: value.count, flags: flags)
          unsafe coded += run(&output, [pair])
        }
      }
    }
    return coded
  }

  private func run(_ output: inout [UInt8], _ pairs: [nghttp2_nv]) -> [UInt8] {
    let count = unsafe nghttp2_hd_deflate_hd(coder, &output, output.count, pairs, pairs.count)
    return count < 0 ? [] : Array(output[0..<count])
  }
}

/// nghttp2's decoder: how clients read what we send.
@safe final class PeerDecoder {
  private let coder: OpaquePointer?

  init() {
    var coder: OpaquePointer?
    let result = unsafe nghttp2_hd_inflate_new(&coder)
    unsafe self.coder = result == 0 ? coder : nil
  }

  deinit { if let coder = unsafe coder { unsafe nghttp2_hd_inflate_del(coder) } }

  /// What SETTINGS_HEADER_TABLE_SIZE says.
  func setTable(_ octets: Int) { unsafe _ = nghttp2_hd_inflate_change_table_size(coder, octets) }

  var tableOctets: Int { unsafe nghttp2_hd_inflate_get_dynamic_table_size(coder) }
  /// Entries of its dynamic table.
  var entries: Int { unsafe nghttp2_hd_inflate_get_num_table_entries(coder) - 61 }

  /// `nil` where it can't be decoded. Fields that nobody on the way may index have `isSecret`.
  func decode(_ block: [UInt8]) -> [(name: String, value: String, isSecret: Bool)]? {
    var fields: [(String, String, Bool)] = []
    let isWhole = unsafe block.withUnsafeBufferPointer { block in
      var position = 0
      while true {
        var pair = unsafe nghttp2_nv()
        var flags: CInt = 0
        guard let start = unsafe block.baseAddress.map({ unsafe $0 + position }) else { return false }
        let used = unsafe nghttp2_hd_inflate_hd2(coder, &pair, &flags, start, block.count - position, 1)
        guard used >= 0 else { return false }
        position += used
        if flags & CInt(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
          let name = unsafe String(decoding: UnsafeBufferPointer(start: pair.name, count: pair.namelen), as: UTF8.self)
          let value = unsafe String(
            decoding: UnsafeBufferPointer(start: pair.value, count: pair.valuelen), as: UTF8.self)
          let isSecret = unsafe pair.flags & UInt8(NGHTTP2_NV_FLAG_NO_INDEX.rawValue) != 0
          fields.append((name, value, isSecret))
        }
        if flags & CInt(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 { return true }
      }
    }
    unsafe _ = nghttp2_hd_inflate_end_headers(coder)
    return isWhole ? fields : nil
  }
}
