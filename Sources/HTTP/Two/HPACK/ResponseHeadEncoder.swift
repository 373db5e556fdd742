import Bytes
import CNghttp2

/// Encodes the heads of one connection's answers (RFC 7541), with nghttp2's coder. (To be replaced.)
@safe public struct ResponseHeadEncoder: ~Copyable {
  private let deflater: OpaquePointer

  public init() {
    var deflater: OpaquePointer?
    unsafe nghttp2_hd_deflate_new(&deflater, 4_096)
    guard let deflater = unsafe deflater else { preconditionFailure("no memory for an encoder") }
    unsafe self.deflater = deflater
  }

  deinit { unsafe nghttp2_hd_deflate_del(deflater) }

  /// Text of lines `name: value CRLF`.
  public mutating func encode(
    status: UInt16, lines: [UInt8], length: UInt64?
  ) -> [UInt8]? {
    var fields: [([UInt8], [UInt8])] = [(Array(":status".utf8), Array(String(status).utf8))]
    for line in lines.split(separator: 10) {
      guard let colon = line.firstIndex(of: 58) else { continue }
      let name = line[..<colon].map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }
      let value = Array(line[(colon + 2)...].dropLast())
      fields.append((name, value))
    }
    if let length { fields.append((Array("content-length".utf8), Array(String(length).utf8))) }
    var flat: [UInt8] = []
    var offsets: [(Int, Int, Int, Int)] = []
    for (name, value) in fields {
      offsets.append((flat.count, name.count, flat.count + name.count, value.count))
      flat += name + value
    }
    var output = [UInt8](repeating: 0, count: flat.count + 1_024)
    let written = unsafe flat.withUnsafeMutableBufferPointer { flat in
      var nva = unsafe offsets.map { offset in
        unsafe nghttp2_nv(
          name: flat.baseAddress! + offset.0, value: flat.baseAddress! + offset.2, namelen: offset.1,
          valuelen: offset.3, flags: 0)
      }
      return unsafe nghttp2_hd_deflate_hd(deflater, &output, output.count, &nva, nva.count)
    }
    guard written >= 0 else { return nil }
    return Array(output[..<written])
  }
}
