/// Where the parts of a field line lie that is written as nearly all are: `name: value CRLF`.
public struct PlainLine {
  /// Of the colon.
  public let nameEnd: Int
  /// Of the CR. The value is not empty and has white space neither before nor behind it.
  public let valueEnd: Int

  @inlinable init(nameEnd: Int, valueEnd: Int) { (self.nameEnd, self.valueEnd) = (nameEnd, valueEnd) }

  @inlinable public var valueStart: Int { nameEnd &+ 2 }
  /// Of the first octet behind the line.
  @inlinable public var end: Int { valueEnd &+ 2 }
}

extension Span where Element == UInt8 {
  /// Reads a field line (RFC 9112 §5) whose name is of letters, digits and hyphens, with one space behind the colon, a
  /// value that is not empty and has no control character (not even a tab), and CRLF. In one loop over names and one
  /// over values, eight octets at a time: this is most of what a request costs before it is known.
  ///
  /// - Parameter start: of the line, 0 or more.
  /// - Returns: `nil` for everything else: a line that is written otherwise, wrong, or not there yet.
  @inlinable @inline(__always) public func plainLine(at start: Int) -> PlainLine? {
    // Proof of safety: words are loaded at `start` or behind it, up to `last`; octets within such a word, or where
    // their place is compared with `count`. Without octets there is no address, and nothing is loaded.
    precondition(start >= 0)
    let last = count &- 8
    return unsafe withUnsafeBytes { octets -> PlainLine? in
      func octet(_ position: Int) -> UInt8 {
        unsafe octets.baseAddress.unsafelyUnwrapped.load(fromByteOffset: position, as: UInt8.self)
      }
      func word(_ position: Int) -> UInt64 {
        UInt64(
          littleEndian: unsafe octets.baseAddress.unsafelyUnwrapped.loadUnaligned(
            fromByteOffset: position, as: UInt64.self))
      }
      var position = start
      var nameEnd = start
      name: while true {
        guard position <= last else { return nil }
        var others = word(position).possiblyNoLetters
        while others != 0 {
          nameEnd = position &+ others.firstMark
          let other = octet(nameEnd)
          if other != UInt8(ascii: "-") {
            if other == .colon { break name }
            guard other.isAlpha || other.isDigit else { return nil }
          }
          others &= others &- 1
        }
        position &+= 8
      }
      position = nameEnd &+ 2
      guard nameEnd > start, position < count, octet(nameEnd &+ 1) == .space, octet(position) != .space else {
        return nil
      }
      while true {
        let found: Int
        if position &+ 8 <= last {
          // Two words an iteration: half the price of the loop.
          let low = word(position).possiblyNotVisible
          let high = word(position &+ 8).possiblyNotVisible
          guard low | high != 0 else {
            position &+= 16
            continue
          }
          found = low != 0 ? position &+ low.firstMark : position &+ high.firstMark &+ 8
        } else {
          // What is missing in the last word is zeros.
          guard last >= 0, position < count else { return nil }
          let missing = Swift.max(0, position &- last)
          let marks = (word(position &- missing) &>> (UInt64(truncatingIfNeeded: missing) &* 8)).possiblyNotVisible
          guard marks != 0 else {
            position &+= 8
            continue
          }
          found = position &+ marks.firstMark
        }
        guard found &+ 1 < count else { return nil }
        if octet(found) == .carriageReturn {
          // The octet before is a space also where the value is empty.
          guard octet(found &+ 1) == .lineFeed, octet(found &- 1) != .space else { return nil }
          return PlainLine(nameEnd: nameEnd, valueEnd: found)
        }
        guard octet(found) >= 0x80 else { return nil }
        position = found &+ 1
      }
    }
  }
}
