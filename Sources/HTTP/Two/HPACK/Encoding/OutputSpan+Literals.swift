import Bytes

/// Fields of an answer that are not worth a place in the peer's table, written in place (RFC 7541 §6.2.2).
extension OutputSpan where Element == UInt8 {
  /// Appends a field; nothing where there is no room for it: for the value, three octets more, and a name that the
  /// static table (RFC 7541 appendix A) has not.
  ///
  /// - Parameters:
  ///   - name: not `other`.
  ///   - limit: octets of the value at most, 0 to 126.
  ///   - fill: writes the value, which no check follows: of digits and visible octets.
  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func append(literal name: FieldName, upTo limit: Int, _ fill: (inout OutputSpan<UInt8>) -> Void) {
    let (index, text) = (name.staticIndex, name.text)
    let prefix = index >= 15 ? 3 : text.utf8CodeUnitCount &+ 3
    guard limit >= 0, limit < 0x7F, prefix < 0x7F, freeCapacity >= limit &+ prefix else { return }
    if index >= 15 {
      append(0x0F)
      append(index &- 15)
    } else {
      append(0x00)
      append(UInt8(truncatingIfNeeded: text.utf8CodeUnitCount))
      append(text)
    }
    append(0)
    let start = count
    fill(&self)
    if count > start &+ limit { removeLast(count &- start &- limit) }
    self[start &- 1] = UInt8(truncatingIfNeeded: count &- start)
  }

  /// The same of a value that is there.
  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func append(literal name: FieldName, _ value: Span<UInt8>) {
    append(literal: name, upTo: value.count) { $0.append(value) }
  }

  /// The same of a text of ours.
  @inlinable @inline(__always) @_lifetime(self: copy self)
  public mutating func append(literal name: FieldName, _ value: StaticString) {
    append(literal: name, value.octets)
  }
}
