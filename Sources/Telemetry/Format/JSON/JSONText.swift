import Bytes

/// Text inside a JSON string (RFC 8259 §7), from octets that nobody has checked.
enum JSONText {
  /// Appends `octets` so that they are well-formed between two quotes and harmless on a terminal: quotes, backslashes,
  /// controls (those of U+0080 to U+009F too) are escaped, each octet that is no UTF-8 becomes U+FFFD.
  ///
  /// - Parameter limit: octets of input; what is longer is cut between characters and ends in `…`.
  static func append<Sink: OctetSink & ~Copyable>(_ octets: Span<UInt8>, limit: Int = .max, to sink: inout Sink) {
    let end = octets.count
    // Nearly everything is short and plain.
    if end <= limit && firstSpecial(octets, from: 0, to: end) == end { return sink.put(octets) }
    escape(octets, limit: limit, to: &sink)
  }

  /// For text of our own; not for the hot path.
  static func append(_ text: String, limit: Int = .max, to octets: inout [UInt8]) {
    let text = Array(text.utf8)
    append(text.span, limit: limit, to: &octets)
  }

  private static func escape<Sink: OctetSink & ~Copyable>(_ octets: Span<UInt8>, limit: Int, to sink: inout Sink) {
    let end = min(octets.count, max(limit, 0))
    var plain = 0
    var position = 0
    while position < end {
      position = firstSpecial(octets, from: position, to: end)
      if position == end { break }
      let octet = octets[position]
      let length = octet < 0x80 ? 1 : scalarLength(octets, at: position)
      if length > 0 && position &+ length > end { break }
      if length < 2 || isControl(octets, at: position) {
        sink.put(octets.extracting(plain..<position))
        appendEscape(octets, at: position, length: length, to: &sink)
        plain = position &+ max(length, 1)
      }
      position &+= max(length, 1)
    }
    sink.put(octets.extracting(plain..<position))
    if octets.count > end { sink.put("…") }
  }

  /// The first octet that is not printable ASCII or is a quote or backslash; `end` where there is none.
  private static func firstSpecial(_ octets: Span<UInt8>, from start: Int, to end: Int) -> Int {
    var position = start
    if end &- start >= 8 {
      let last = end &- 8
      while true {
        let marks = marks(of: octets.loadWord(at: position))
        if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
        if position == last { return end }
        // The last word overlaps the one before, in which nothing was found.
        position = min(position &+ 8, last)
      }
    }
    while position < end {
      let octet = octets[position]
      if octet &- 0x20 > 0x5E || octet == .doubleQuote || octet == .backslash { return position }
      position &+= 1
    }
    return end
  }

  /// Of eight octets, the first in the lowest bits: the highest bit of the first special one is set, none below it is.
  private static func marks(of word: UInt64) -> UInt64 {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let below = word &- ones &* 0x20
    let deleted = (word ^ ones &* 0x7F) &- ones
    let quotes = (word ^ ones &* UInt64(UInt8.doubleQuote)) &- ones
    let backslashes = (word ^ ones &* UInt64(UInt8.backslash)) &- ones
    // An octet with its highest bit set is special itself, so no difference needs to be masked with it. Exact for the
    // lowest mark: borrows run upwards only.
    return (word | below | deleted | quotes | backslashes) & 0x8080_8080_8080_8080
  }

  /// A control of ISO 6429 in two octets: U+0080 to U+009F.
  private static func isControl(_ octets: Span<UInt8>, at position: Int) -> Bool {
    octets[position] == 0xC2 && position + 1 < octets.count && octets[position + 1] < 0xA0
  }

  /// - Parameter length: 0 for an octet that is no UTF-8, 1 for ASCII, 2 for a control of two octets.
  private static func appendEscape<Sink: OctetSink & ~Copyable>(
    _ octets: Span<UInt8>, at position: Int, length: Int, to sink: inout Sink
  ) {
    switch (length, octets[position]) {
    case (0, _): sink.put("\u{FFFD}")
    case (1, .doubleQuote): sink.put("\\\"")
    case (1, .backslash): sink.put("\\\\")
    case (1, .lineFeed): sink.put("\\n")
    case (1, .carriageReturn): sink.put("\\r")
    case (1, .tab): sink.put("\\t")
    case (_, let first):
      let code = length == 1 || position + 1 >= octets.count ? first : octets[position + 1]
      sink.put("\\u00")
      sink.put(UInt8(hexDigit: code >> 4))
      sink.put(UInt8(hexDigit: code & 0x0F))
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
