/// Building text octet by octet in an array that is kept and reused: no `String` on the hot path.
extension Array where Element == UInt8 {
  @inlinable public mutating func append(_ octets: Span<UInt8>) {
    unsafe octets.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// ASCII text.
  @inlinable public mutating func append(_ text: StaticString) {
    unsafe append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A field line: `name: value CRLF`. Room is made once, and the block is reached once: four appends cost three times
  /// as much.
  public mutating func append(line name: Span<UInt8>, _ value: Span<UInt8>) {
    let octets = name.count &+ value.count &+ 4
    append(addingCapacity: octets) { output in
      unsafe output.withUnsafeMutableBufferPointer { block, count in
        // Proof: there is room for `octets`, which is what the four parts have.
        guard block.count &- count >= octets, let base = block.baseAddress else { return }
        var end = unsafe base + count
        unsafe name.withUnsafeBufferPointer { name in
          if let from = name.baseAddress { unsafe end.initialize(from: from, count: name.count) }
        }
        unsafe end += name.count
        unsafe (end[0], end[1]) = (.colon, .space)
        unsafe end += 2
        unsafe value.withUnsafeBufferPointer { value in
          if let from = value.baseAddress { unsafe end.initialize(from: from, count: value.count) }
        }
        unsafe end += value.count
        unsafe (end[0], end[1]) = (.carriageReturn, .lineFeed)
        count &+= octets
      }
    }
  }

  /// A decimal number without leading zeros.
  @inlinable public mutating func append(decimal number: UInt64) {
    append(addingCapacity: 20) { output in output.append(decimal: number) }
  }
}

/// Filling free room, which callers have made.
extension OutputSpan where Element == UInt8 {
  /// Copies octets; nothing where they do not fit.
  @inlinable @inline(__always) @_lifetime(self: copy self) public mutating func append(_ octets: Span<UInt8>) {
    unsafe octets.withUnsafeBufferPointer { unsafe append(copying: $0) }
  }

  /// ASCII text; nothing where it does not fit.
  @inlinable @inline(__always) @_lifetime(self: copy self) public mutating func append(_ text: StaticString) {
    unsafe append(copying: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A decimal number without leading zeros; nothing where it does not fit.
  @_lifetime(self: copy self) public mutating func append(decimal number: UInt64) {
    let digits = DecimalDigits(number)
    guard digits.count <= freeCapacity else { return }
    if number < 10 { return append(0x30 &+ UInt8(truncatingIfNeeded: number)) }
    unsafe withUnsafeMutableBufferPointer { block, count in
      guard let base = block.baseAddress else { return }
      unsafe digits.write(to: base + count)
      count &+= digits.count
    }
  }

  /// The number of octets stays as it is: of a literal it is a constant, and the copy is a store or two.
  @unsafe @inlinable @inline(__always) @_lifetime(self: copy self)
  mutating func append(copying source: UnsafeBufferPointer<UInt8>) {
    unsafe withUnsafeMutableBufferPointer { block, count in
      guard source.count <= block.count &- count, source.count > 0, let from = source.baseAddress,
        let to = block.baseAddress
      else { return }
      unsafe (to + count).initialize(from: from, count: source.count)
      count &+= source.count
    }
  }
}
