/// Exactly one of these.
public enum RouteAction: Equatable, Sendable {
  /// Passed to a server of this pool, which exists.
  case pool(String)
  case redirect(RedirectConfiguration)
  case respond(FixedResponseConfiguration)
}

/// An answer with a `Location`.
public struct RedirectConfiguration: Equatable, Sendable {
  /// An absolute URL or an absolute path, visible ASCII only.
  public var to: String
  /// 301, 302, 303, 307 or 308. Default 302.
  public var status: Int

  public init(to: String = "/", status: Int = 302) { (self.to, self.status) = (to, status) }
}

/// An answer that Yett gives by itself.
public struct FixedResponseConfiguration: Equatable, Sendable {
  /// 200 to 599. Default 200.
  public var status: Int
  /// At most 64 KiB of UTF-8; empty for 204, 205 and 304. Default empty.
  public var body: String
  /// Default `text/plain; charset=utf-8`.
  public var contentType: String

  public init(status: Int = 200, body: String = "", contentType: String = "text/plain; charset=utf-8") {
    (self.status, self.body, self.contentType) = (status, body, contentType)
  }
}

extension RedirectConfiguration: Section {
  static let noun = "a redirect"
  static let defaults = RedirectConfiguration()
  static let keys: [Key<Self>] = [
    Key("to", \.to, .location, isRequired: true, "An absolute URL or an absolute path."),
    Key("status", \.status, .redirectStatus, "301, 302, 303, 307 or 308."),
  ]
}

extension FixedResponseConfiguration: Section {
  static let noun = "a fixed response"
  static let defaults = FixedResponseConfiguration()
  static let keys: [Key<Self>] = [
    Key("status", \.status, .integer(200...599), "The status."),
    Key("body", \.body, .body, "The content, at most 64 KiB."),
    Key("content_type", \.contentType, .mediaType, "The media type of the content."),
  ]

  static func check(_ response: inout Self, _ node: Node, _ decoder: inout Decoder) {
    guard [204, 205, 304].contains(response.status), !response.body.isEmpty else { return }
    decoder.note("a body with status \(response.status), which has none", at: node["body"]?.place ?? node.place)
  }
}

extension ValueType where Value == Int {
  fileprivate static var redirectStatus: ValueType {
    let allowed = [301, 302, 303, 307, 308]
    return .scalar(
      "one of 301, 302, 303, 307 and 308", .anyOf(allowed.map { .integer($0...$0) })
    ) { word in Quantity.wholeNumber(word).flatMap { allowed.contains($0) ? $0 : nil } }
    .written { "\($0)" }
  }
}

extension ValueType where Value == String {
  /// For `Location` (RFC 9110 §10.2.2): nothing in it can end the field or be taken for another host by accident.
  fileprivate static var location: ValueType {
    .text("an absolute URL or an absolute path, percent-encoded", atMost: 2_048) { text in
      guard text.isVisibleASCII, !text.contains(where: { "\"<>\\^`{|}".contains($0) }) else { return false }
      if text.hasPrefix("/") { return !text.hasPrefix("//") }
      for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
        return text.dropFirst(scheme.count).first.map { !"/?#:@".contains($0) } ?? false
      }
      return false
    }
  }

  /// For `Content-Type`, roughly (RFC 9110 §8.3.1): no control, no space at an end.
  fileprivate static var mediaType: ValueType {
    .text("a media type such as `text/html; charset=utf-8`", atMost: 256) { type in
      type.contains("/") && type.utf8.allSatisfy { (0x20...0x7E).contains($0) } && type.first != " " && type.last != " "
    }
  }

  /// Text that may have line breaks, and may be empty.
  fileprivate static var body: ValueType {
    ValueType(.text(pattern: nil)) { node, decoder in
      guard case .scalar(let text, _) = node.content, text.utf8.count <= 64 << 10 else {
        decoder.expected("text of at most 64KiB", node)
        return nil
      }
      return text
    }.written { Schema.text($0) }
  }
}
