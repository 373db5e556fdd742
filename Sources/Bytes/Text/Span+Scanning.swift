/// Looking for octets eight at a time, by arithmetic on words (measured: an octet costs 1 to 3 instructions, looked at
/// alone 6). The bounds are compared once a word. Where `count` says that there is none, `start` does if it lies
/// beyond the end.
extension Span where Element == UInt8 {
  /// Where `octet` stands first, at `start` (0 or more) or behind it; `nil` where it does not.
  @inlinable public func firstIndex(of octet: UInt8, from start: Int = 0) -> Int? {
    firstIndex(of: octet, setting: 0, from: start)
  }

  /// Where a letter stands first, in either case.
  ///
  /// - Parameter letter: lower-case.
  @inlinable public func firstIndex(ofLetter letter: UInt8, from start: Int = 0) -> Int? {
    firstIndex(of: letter, setting: 0x20, from: start)
  }

  /// The first octet that is `octet` once `bits` are set in it.
  @inlinable @inline(__always) func firstIndex(of octet: UInt8, setting bits: UInt8, from start: Int) -> Int? {
    var position = start
    while position <= count &- 8 {
      let word = (loadWord(at: position) | .ones &* UInt64(bits)) ^ .ones &* UInt64(octet)
      let zeros = (word &- .ones) & ~word & .topBits
      if zeros != 0 { return position &+ zeros.firstMark }
      position &+= 8
    }
    while position < count {
      if self[position] | bits == octet { return position }
      position &+= 1
    }
    return nil
  }

  /// The first octet that is a control character or DEL: what ends or spoils a field value. `count` if there is none.
  /// (A tab is found too: callers step over it.)
  @inlinable @inline(__always) public func firstControl(from start: Int) -> Int {
    firstDelete(orBelow: 0x20, from: start)
  }

  /// The first octet that is a space, a control character or DEL: what ends or spoils a request target. `count` if
  /// there is none.
  @inlinable public func firstInvisible(from start: Int) -> Int { firstDelete(orBelow: 0x21, from: start) }

  /// Inlined with its `limit`, so that the word of limits is a constant.
  @inlinable @inline(__always) func firstDelete(orBelow limit: UInt8, from start: Int) -> Int {
    precondition(start >= 0)
    var position = start
    while position <= count &- 16 {
      // Two words an iteration: half the price of the loop.
      let low = unsafe uncheckedWord(at: position).deletes(orBelow: limit)
      if low != 0 { return position &+ low.firstMark }
      let high = unsafe uncheckedWord(at: position &+ 8).deletes(orBelow: limit)
      if high != 0 { return position &+ 8 &+ high.firstMark }
      position &+= 16
    }
    while position < count {
      // What is missing in the last word is zeros, and marked.
      let marks = wordOrLess(at: position).deletes(orBelow: limit)
      if marks != 0 { return position &+ marks.firstMark }
      position &+= 8
    }
    return Swift.max(start, count)
  }

  /// The first octet that is no `tchar` (RFC 9110 §5.6.2): what ends a method or a field name. `count` if there is
  /// none.
  @inlinable @inline(__always) public func firstNonToken(from start: Int) -> Int {
    precondition(start >= 0)
    var position = start
    while position <= count &- 8 {
      // Letters are most of what names have; what else it is, is looked at alone.
      var others = unsafe uncheckedWord(at: position).possiblyNoLetters
      while others != 0 {
        let place = position &+ others.firstMark
        guard self[place] == UInt8(ascii: "-") || self[place].isToken else { return place }
        others &= others &- 1
      }
      position &+= 8
    }
    while position < count && self[position].isToken { position &+= 1 }
    return position
  }

  /// The first octet that is not `isPlainInPath`. `count` if there is none.
  @inlinable public func firstNonPlainInPath(from start: Int) -> Int {
    precondition(start >= 0)
    var position = start
    while position <= count &- 8 {
      var others = unsafe uncheckedWord(at: position).possiblyNotPlainInPath
      while others != 0 {
        let place = position &+ others.firstMark
        guard self[place].isPlainInPath else { return place }
        others &= others &- 1
      }
      position &+= 8
    }
    while position < count && self[position].isPlainInPath { position &+= 1 }
    return position
  }

  /// The first octet that is no letter from `a` to `z`. `count` if there is none.
  @inlinable public func firstNonLowercase(from start: Int) -> Int {
    precondition(start >= 0)
    var position = start
    while position < count {
      let marks = wordOrLess(at: position).possiblyNotLowercase
      if marks != 0 { return position &+ marks.firstMark }
      position &+= 8
    }
    return count
  }

  /// Up to eight octets; what is missing behind them is zeros. `0 <= position < count`.
  @inlinable @inline(__always) func wordOrLess(at position: Int) -> UInt64 {
    let missing = position &+ 8 &- count
    if missing <= 0 { return loadWord(at: position) }
    if count >= 8 { return loadWord(at: count &- 8) &>> (UInt64(truncatingIfNeeded: missing) &* 8) }
    var word: UInt64 = 0
    var next = count
    while next > position {
      next &-= 1
      word = word &<< 8 | UInt64(self[next])
    }
    return word
  }

  /// Eight octets, the first in the lowest bits; `position + 8 <= count`.
  @inlinable public func loadWord(at position: Int) -> UInt64 {
    // Proof: the precondition holds at all callers and is checked here.
    precondition(position >= 0 && position &+ 8 <= count)
    return unsafe uncheckedWord(at: position)
  }

  /// `loadWord` where the caller has compared: `0 <= position`, `position + 8 <= count`.
  @unsafe @inlinable @inline(__always) func uncheckedWord(at position: Int) -> UInt64 {
    unsafe withUnsafeBytes {
      UInt64(
        littleEndian: unsafe $0.baseAddress.unsafelyUnwrapped.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
  }
}

/// Eight octets as one number. What is found in one is its top bit: a mark.
extension UInt64 {
  @inlinable static var ones: UInt64 { 0x0101_0101_0101_0101 }
  @inlinable static var topBits: UInt64 { 0x8080_8080_8080_8080 }

  /// Which octet has the lowest mark, 0 to 7.
  @inlinable var firstMark: Int { trailingZeroBitCount &>> 3 }

  /// Marks octets below `limit` (at most 0x21) and DEL. Exact for the lowest mark, and none where there is none.
  @inlinable @inline(__always) func deletes(orBelow limit: UInt8) -> UInt64 {
    // Borrows run upwards only: exact for the lowest.
    let below = self &- .ones &* UInt64(limit)
    let deleted = (self ^ .ones &* 0x7F) &- .ones
    return (below | deleted) & ~self & .topBits
  }

  /// Marks what is not visible ASCII or a space, and some octets above such a one. Exact for the lowest mark.
  @inlinable @inline(__always) var possiblyNotVisible: UInt64 {
    // Visible ASCII leaves both top bits clear, and nothing is borrowed or carried from octet to octet.
    ((self &- .ones &* 0x20) | (self &+ .ones)) & .topBits
  }

  /// Marks every octet that is not `isPlainInPath`, and some others: `!` to `/`, `<` to `>`, and what stands above one
  /// that is marked.
  @inlinable @inline(__always) var possiblyNotPlainInPath: UInt64 {
    let below = self &- .ones &* 0x30
    let mark = (self ^ .ones &* 0x3F) &- .ones &* 0x05
    let backslash = (self ^ .ones &* 0x5C) &- .ones
    return (below | mark | backslash | (self &+ .ones)) & .topBits
  }

  /// Marks every octet that is not `a` to `z`, and some letters above such an octet. Exact for the lowest mark.
  @inlinable @inline(__always) var possiblyNotLowercase: UInt64 {
    // Beyond `z`; below `a`. What wraps around in one of the sums is marked by the other.
    ((self &+ .ones &* 0x05) | (self &- .ones &* 0x61)) & .topBits
  }

  /// Marks every octet that is no letter, and some letters above such an octet. Exact for the lowest mark.
  @inlinable @inline(__always) var possiblyNoLetters: UInt64 {
    // A borrow or carry out of a marked octet can mark the next one, and unmarks none.
    (self | .ones &* 0x20).possiblyNotLowercase
  }
}
