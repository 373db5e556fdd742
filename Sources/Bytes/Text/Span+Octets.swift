import Glibc

/// Comparing octets, eight at a time where it pays.
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

  /// Compares with ASCII text; with a literal it is a comparison of constants or two.
  @inlinable @inline(__always) public func equals(_ text: StaticString) -> Bool { equals(text, setting: 0) }

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

  /// `equalsIgnoringCase` for octets that are known to be `tchar` (RFC 9110 §5.6.2), with half the instructions.
  ///
  /// - Parameter lowercase: lower-case letters, digits and hyphens: among `tchar` no two of these differ in the bit of
  ///   the case alone.
  @inlinable @inline(__always) public func tokenEquals(_ lowercase: StaticString) -> Bool {
    equals(lowercase, setting: 0x20)
  }

  /// Whether these octets are `text` once `bits` are set in each.
  @inlinable @inline(__always) func equals(_ text: StaticString, setting bits: UInt8) -> Bool {
    let length = text.utf8CodeUnitCount
    guard count == length, length > 0 else { return count == length }
    let text = unsafe UnsafeRawPointer(text.utf8Start)
    // Proof of safety: both have `length` octets, one or more, and no load begins before the first or ends behind the
    // last.
    return unsafe withUnsafeBytes { octets in
      let octets = unsafe octets.baseAddress.unsafelyUnwrapped
      func differ<Word: FixedWidthInteger>(_ word: Word.Type, at place: Int) -> Bool {
        let own = unsafe octets.loadUnaligned(fromByteOffset: place, as: Word.self)
        return unsafe own | ~0 / 255 &* Word(bits) != text.loadUnaligned(fromByteOffset: place, as: Word.self)
      }
      // The last word may overlap the one before it.
      if length >= 8 {
        var place = 0
        while place &+ 8 < length {
          guard !differ(UInt64.self, at: place) else { return false }
          place &+= 8
        }
        return !differ(UInt64.self, at: length &- 8)
      }
      if length >= 4 { return !differ(UInt32.self, at: 0) && !differ(UInt32.self, at: length &- 4) }
      if length >= 2 { return !differ(UInt16.self, at: 0) && !differ(UInt16.self, at: length &- 2) }
      return !differ(UInt8.self, at: 0)
    }
  }

  /// Compares ASCII letters without regard to case, every other octet as it is.
  @inlinable public func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    for index in indices where self[index].lowercased != other[index].lowercased { return false }
    return true
  }
}

extension UInt64 {
  /// Eight octets, each `A` to `Z` as `a` to `z`.
  @inlinable public var octetsLowercased: UInt64 {
    let seven = self & 0x7F7F_7F7F_7F7F_7F7F
    // The top bit of each octet: at least "A", and beyond "Z". No sum leaves its octet.
    let fromA = seven &+ 0x3F3F_3F3F_3F3F_3F3F
    let beyondZ = seven &+ 0x2525_2525_2525_2525
    let upper = (fromA ^ beyondZ) & ~self & 0x8080_8080_8080_8080
    return self | upper >> 2
  }
}
