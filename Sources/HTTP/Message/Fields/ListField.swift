import Bytes

/// Walks the members of a list (`#rule` of RFC 9110 §5.6.1) without allocation. Empty members are skipped, a comma
/// within a quoted string (§5.6.4) separates nothing. A quoted string that never ends runs to the value's end.
///
/// ```swift
/// var list = ListField()
/// while let member = list.next(in: value) { … value.extracting(member) … }
/// ```
public struct ListField: Sendable {
  @usableFromInline var position = 0
  @usableFromInline let separator: UInt8

  /// - Parameter separator: a comma, or a semicolon to walk the parameters of one member.
  @inlinable public init(separator: UInt8 = .comma) { self.separator = separator }

  /// The next member without white space around it; `nil` after the last. Hand in the same value each time.
  public mutating func next(in value: Span<UInt8>) -> Range<Int>? {
    while position < value.count {
      let start = position
      var end = start
      var isQuoted = false
      while position < value.count {
        let octet = value[position]
        if isQuoted {
          if octet == .backslash { position += 1 } else if octet == .doubleQuote { isQuoted = false }
        } else if octet == .doubleQuote {
          isQuoted = true
        } else if octet == separator {
          break
        }
        position += 1
        if octet != .space && octet != .tab || isQuoted { end = position }
      }
      end = min(end, value.count)
      position += 1
      if let member = Self.dropWhiteSpace(start..<end, in: value) { return member }
    }
    return nil
  }

  /// Leading white space dropped; `nil` where nothing is left. The end is an octet that counts already.
  private static func dropWhiteSpace(_ range: Range<Int>, in value: Span<UInt8>) -> Range<Int>? {
    var start = range.lowerBound
    while start < range.upperBound && (value[start] == .space || value[start] == .tab) { start += 1 }
    return start < range.upperBound ? start..<range.upperBound : nil
  }
}
