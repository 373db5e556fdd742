import Bytes

/// Refuses a path that an origin could read as another one than Yett does: it decodes before it splits, splits at an
/// encoded `/` or `\`, cuts parameters off at `;`, or removes dot segments. One pass.
struct PathCheck {
  private(set) var hasEscape = false
  /// Of the segment's name: what stands before `;`.
  private var dots = 0
  private var others = 0

  /// - Returns: where the path ends: at the `?` or the end of `text`.
  mutating func read(_ text: Span<UInt8>) throws(TargetError) -> Int {
    var position = 0
    while true {
      let plain = text.firstNonPlainInPath(from: position)
      others &+= plain &- position
      position = plain
      guard position < text.count else { break }
      let octet = text[position]
      switch octet {
      case .questionMark:
        try endSegment()
        return position
      case .percent:
        try add(try Self.decoded(text, at: position))
        hasEscape = true
        position &+= 3
      default:
        // `/`, `.` and `;` are the only ones left that may stand there.
        guard octet == .slash || octet == .dot || octet == .semicolon else { throw .badOctet }
        try add(octet)
        position &+= 1
      }
    }
    try endSegment()
    return position
  }

  /// One octet of the path, decoded.
  private mutating func add(_ octet: UInt8) throws(TargetError) {
    switch octet {
    case .slash, .backslash: try endSegment()
    case .semicolon:
      try checkSegment()
      // What follows in the segment does not matter: its name was no dot segment.
      others &+= 1
    case .dot: dots &+= 1
    default: others &+= 1
    }
  }

  private mutating func endSegment() throws(TargetError) {
    try checkSegment()
    (dots, others) = (0, 0)
  }

  private func checkSegment() throws(TargetError) {
    guard others > 0 || dots == 0 || dots > 2 else { throw .dotSegment }
  }

  private static func decoded(_ text: Span<UInt8>, at position: Int) throws(TargetError) -> UInt8 {
    guard position &+ 2 < text.count,
      let high = text[position &+ 1].hexDigitValue, let low = text[position &+ 2].hexDigitValue
    else { throw .badEscape }
    let octet = UInt8(truncatingIfNeeded: high << 4 | low)
    guard octet != .nul else { throw .badEscape }
    return octet
  }
}

extension UInt8 {
  /// `unreserved` of RFC 3986 §2.3.
  var isUnreserved: Bool {
    let low: UInt64 = 0x03FF_6000_0000_0000
    let high: UInt64 = 0x47FF_FFFE_87FF_FFFE
    if self < 64 { return low >> UInt64(self) & 1 == 1 }
    return self < 128 && high >> UInt64(self & 63) & 1 == 1
  }
}

extension OutputSpan where Element == UInt8 {
  /// Appends a checked path with unreserved octets decoded and hex digits upper-cased (RFC 3986 §6.2.2). There is room
  /// for its octets.
  @_lifetime(self: copy self) mutating func append(normalised path: Span<UInt8>) {
    var position = 0
    while position < path.count {
      let octet = path[position]
      if octet == .percent, position &+ 2 < path.count,
        let high = path[position &+ 1].hexDigitValue, let low = path[position &+ 2].hexDigitValue
      {
        let decoded = UInt8(truncatingIfNeeded: high << 4 | low)
        if decoded.isUnreserved {
          append(decoded)
        } else {
          append(.percent)
          append(path[position &+ 1].uppercased)
          append(path[position &+ 2].uppercased)
        }
        position &+= 3
      } else {
        append(octet)
        position &+= 1
      }
    }
  }
}
