import Bytes

/// Text inside a JSON string (RFC 8259 §7), from octets that nobody has checked.
public enum JSONText {
  /// Appends `octets` so that they are well-formed between two quotes and harmless on a terminal: quotes, backslashes,
  /// controls (those of U+0080 to U+009F too) are escaped, each octet that is no UTF-8 becomes U+FFFD.
  ///
  /// - Parameter limit: octets of input; what is longer is cut between characters and ends in `…`.
  public static func append(_ octets: Span<UInt8>, limit: Int = .max, to line: inout [UInt8]) {
    let end = min(octets.count, max(limit, 0))
    var plain = 0
    var position = 0
    while position < end {
      let octet = octets[position]
      if octet >= 0x20 && octet < 0x7F && octet != .doubleQuote && octet != .backslash {
        position &+= 1
        continue
      }
      let length = octet < 0x80 ? 1 : scalarLength(octets, at: position)
      if length > 0 && position &+ length > end { break }
      if length < 2 || isControl(octets, at: position) {
        line.append(octets.extracting(plain..<position))
        appendEscape(octets, at: position, length: length, to: &line)
        plain = position &+ max(length, 1)
      }
      position &+= max(length, 1)
    }
    line.append(octets.extracting(plain..<position))
    if octets.count > end { line.append("…") }
  }

  /// For text of our own; not for the hot path.
  public static func append(_ text: String, to line: inout [UInt8]) {
    let octets = Array(text.utf8)
    append(octets.span, to: &line)
  }

  /// A control of ISO 6429 in two octets: U+0080 to U+009F.
  private static func isControl(_ octets: Span<UInt8>, at position: Int) -> Bool {
    octets[position] == 0xC2 && position + 1 < octets.count && octets[position + 1] < 0xA0
  }

  /// - Parameter length: 0 for an octet that is no UTF-8, 1 for ASCII, 2 for a control of two octets.
  private static func appendEscape(_ octets: Span<UInt8>, at position: Int, length: Int, to line: inout [UInt8]) {
    switch (length, octets[position]) {
    case (0, _): line.append("\u{FFFD}")
    case (1, .doubleQuote): line.append("\\\"")
    case (1, .backslash): line.append("\\\\")
    case (1, .lineFeed): line.append("\\n")
    case (1, .carriageReturn): line.append("\\r")
    case (1, .tab): line.append("\\t")
    case (_, let first):
      let code = length == 1 || position + 1 >= octets.count ? first : octets[position + 1]
      line.append("\\u00")
      line.append(UInt8(hexDigit: code >> 4))
      line.append(UInt8(hexDigit: code & 0x0F))
    }
  }

  /// The octets of the well-formed character at `position` (Unicode 15, table 3-7), or 0 where there is none.
  private static func scalarLength(_ octets: Span<UInt8>, at position: Int) -> Int {
    let first = octets[position]
    let length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    guard length > 1 else { return length }
    guard length <= octets.count - position else { return 0 }
    let second = octets[position + 1]
    let lowest: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
    let highest: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
    guard second >= lowest && second <= highest else { return 0 }
    for offset in 2..<max(length, 2) where octets[position + offset] & 0xC0 != 0x80 { return 0 }
    return length
  }
}
