import Bytes

/// `host [ ":" port ]` as `Host` and an absolute target have it (RFC 9110 §7.2, RFC 3986 §3.2), without userinfo.
///
/// A registered name is held to what can stand in DNS and in a key: letters, digits, `-`, `.`, `_` and `~`. The
/// grammar would allow percent signs and `!$&'()*+,;=` too; no name has them, and readers differ over them.
public struct Authority: Equatable, Sendable {
  /// Octets of a host with a final dot.
  public static let hostLimit = 254

  /// As it came, without port; an IPv6 address with its brackets. Not empty; without a final dot.
  public let host: Range<Int>
  /// Whether the host has no upper-case letters.
  public let isLowercase: Bool
  /// `nil` where there is none, or an empty one.
  public let port: UInt16?

  /// `nil` for what is no authority.
  public init?(_ octets: Span<UInt8>) {
    guard let first = octets.isEmpty ? nil : octets[0] else { return nil }
    let end: Int
    var uppers: UInt8 = 0
    if first == UInt8(ascii: "[") {
      guard let bracket = octets.firstIndex(of: UInt8(ascii: "]")) else { return nil }
      guard IPv6Literal.isValid(octets.extracting(1..<bracket)) else { return nil }
      end = bracket + 1
      host = 0..<end
      for index in host { uppers |= octets[index].isUpper ? 1 : 0 }
    } else {
      var position = octets.firstNonLowercase(from: 0)
      var labelStart = 0
      while position < octets.count, octets[position] != .colon {
        let octet = octets[position]
        if octet == .dot {
          guard position > labelStart else { return nil }
          labelStart = position + 1
        } else {
          guard octet.isUnreserved else { return nil }
          uppers |= octet.isUpper ? 1 : 0
        }
        position = octets.firstNonLowercase(from: position &+ 1)
      }
      guard position > 0, position <= Self.hostLimit else { return nil }
      end = position
      host = 0..<(octets[end - 1] == .dot ? end - 1 : end)
    }
    isLowercase = uppers == 0
    guard end < octets.count else {
      port = nil
      return
    }
    guard octets[end] == .colon else { return nil }
    let digits = octets.extracting((end + 1)..<octets.count)
    guard !digits.isEmpty else {
      port = nil
      return
    }
    guard digits.count <= 5 else { return nil }
    var number = 0
    for index in digits.indices {
      guard digits[index].isDigit else { return nil }
      number = number * 10 + Int(digits[index] &- 0x30)
    }
    guard number <= 65_535 else { return nil }
    port = UInt16(number)
  }
}

/// `IPv6address` of RFC 3986 §3.2.2, without brackets and zone.
enum IPv6Literal {
  static func isValid(_ octets: Span<UInt8>) -> Bool {
    var groups = 0
    var hasGap = false
    var position = 0
    if octets.count >= 2, octets[0] == .colon {
      guard octets[1] == .colon else { return false }
      hasGap = true
      position = 2
    }
    while position < octets.count {
      let start = position
      while position < octets.count, octets[position].hexDigitValue != nil { position += 1 }
      if position < octets.count, octets[position] == .dot {
        guard isIPv4(octets.extracting(start..<octets.count)) else { return false }
        groups += 2
        break
      }
      guard position > start, position - start <= 4 else { return false }
      groups += 1
      guard position < octets.count else { break }
      guard octets[position] == .colon else { return false }
      position += 1
      guard position < octets.count else { return false }
      if octets[position] == .colon {
        guard !hasGap else { return false }
        hasGap = true
        position += 1
      }
    }
    return hasGap ? groups <= 7 : groups == 8
  }

  private static func isIPv4(_ octets: Span<UInt8>) -> Bool {
    var position = 0
    for part in 0..<4 {
      if part > 0 {
        guard position < octets.count, octets[position] == .dot else { return false }
        position += 1
      }
      let start = position
      var number = 0
      while position < octets.count, octets[position].isDigit, position - start < 3 {
        number = number * 10 + Int(octets[position] &- 0x30)
        position += 1
      }
      guard position > start, number <= 255, position - start == 1 || octets[start] != 0x30 else { return false }
    }
    return position == octets.count
  }
}
