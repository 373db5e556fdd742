import Bytes
import HTTP

/// A request to the administration, whole.
struct AdminRequest {
  var method = Method.get
  /// As sent; begins with `/`.
  var path = "/"
  /// As sent, without the `?`.
  var query = ""
  var host: [UInt8] = []
  var authorization: [UInt8]?
  var origin: [UInt8]?
  var contentType: [UInt8]?
  /// Whether `Accept` names `text/plain` first.
  var wantsText = false
  var body: [UInt8] = []

  init() {}

  /// - Parameter octets: what the head was parsed from.
  init(_ head: borrowing RequestHead, in octets: Span<UInt8>, body: [UInt8]) {
    method = head.method
    let target = octets[clamped: head.target]
    let end = target.firstIndex(of: .questionMark) ?? target.count
    path = Self.text(target.extracting(0..<end))
    if end < target.count { query = Self.text(target.extracting(end + 1..<target.count)) }
    host = Self.octets(octets[clamped: head.host])
    self.body = body
    for index in 0..<head.fields.count {
      let field = head.fields[index]
      let value = octets[clamped: field.value]
      switch field.known {
      // Repeated, they are one value that is nobody's token and nobody's origin.
      case .authorization: authorization = (authorization.map { $0 + [.comma] } ?? []) + Self.octets(value)
      case .origin: origin = (origin.map { $0 + [.comma] } ?? []) + Self.octets(value)
      case .contentType: contentType = Self.octets(value)
      case .accept: wantsText = Self.text(value).hasPrefix("text/plain")
      default: break
      }
    }
  }

  private static func octets(_ span: Span<UInt8>) -> [UInt8] {
    var octets: [UInt8] = []
    octets.append(span)
    return octets
  }

  private static func text(_ span: Span<UInt8>) -> String { String(decoding: octets(span), as: UTF8.self) }
}

extension Array where Element == UInt8 {
  /// A part of what a buffer has to be read.
  mutating func append(_ range: Range<Int>, of buffer: borrowing Buffer) {
    append(buffer.readable.extracting(range))
  }
}
