import Bytes

/// Fields that a message is sent with: the lines as HTTP/1.1 writes them (`name: value CRLF`), so that they leave in
/// one copy, and a slot for each, for all who read or encode them otherwise. Kept and refilled by its owner.
public struct FieldBlock: Sendable {
  /// Whole lines, without the empty one that ends a section.
  @inlinable public var octets: ReusedArray<UInt8> { _read { yield lines } }
  /// One for each line, in order; their ranges lie in `octets`.
  @inlinable public var slots: ReusedArray<FieldSlot> { _read { yield places } }
  /// Which well-known fields are there.
  @inlinable public var names: FieldNames { present }
  /// Octets of one block; with it every offset fits a `ByteRange`.
  public static let octetLimit = 49_152

  @usableFromInline var lines = ReusedArray<UInt8>()
  @usableFromInline var places = ReusedArray(filler: FieldSlot())
  @usableFromInline var present = FieldNames()

  public init() {}

  @inlinable public var isEmpty: Bool { places.isEmpty }

  @inlinable public mutating func removeAll() {
    lines.removeAll()
    places.removeAll()
    present = FieldNames()
  }

  /// - Throws: where the line would be another one for the next reader (RFC 9110 §5.5, RFC 9112 §11.1), or the block
  ///   is full. Nothing is added then.
  public mutating func append(name: Span<UInt8>, value: Span<UInt8>, known: FieldName) throws(FieldError) {
    guard lines.count + name.count + value.count + 4 <= Self.octetLimit else { throw .tooLarge }
    guard !name.isEmpty else { throw .badName }
    guard name.firstNonToken(from: 0) == name.count else { throw .badName }
    try Self.check(value)
    append(slotAt: lines.count, name.count, value.count, known)
    lines.append(addingCapacity: name.count + value.count + 4) { output in output.append(line: name, value) }
  }

  /// Appends the fields of a parsed head that `keeps` lets through, in order. Names and values are not checked again:
  /// their parser has done so. Lines that stand in the head as they are written here go together, in one copy.
  ///
  /// - Parameters:
  ///   - fields: of a `RequestHead` or `ResponseHead` that was read whole.
  ///   - octets: in which that head was parsed, and no others: what stands there is sent.
  ///   - keeps: is asked once for each field.
  /// - Throws: `tooLarge`; nothing is added then.
  @inlinable public mutating func append(
    _ fields: borrowing FieldTable, of octets: Span<UInt8>, where keeps: (FieldSlot) -> Bool
  ) throws(FieldError) {
    try append(FieldSelection(from: fields, where: keeps), from: fields, of: octets)
  }

  @usableFromInline mutating func append(
    _ kept: FieldSelection, from fields: borrowing FieldTable, of input: Span<UInt8>
  ) throws(FieldError) {
    let source = fields.span
    let (count, start) = (kept.count, lines.count)
    var (end, names) = (start, present)
    places.append(addingCapacity: count) { output in
      kept.visit { index in
        let slot = source[index]
        output.append(slot.moved(to: end))
        end &+= slot.lineOctets
        names.insert(slot.known)
      }
    }
    guard end <= Self.octetLimit else {
      places.removeLast(count)
      throw .tooLarge
    }
    present = names
    lines.append(addingCapacity: end &- start) { output in
      // A run of lines without the last one's CRLF; in a parsed head nothing else has two octets between a value and
      // the next name.
      var run = 0..<0
      kept.visit { index in
        let slot = source[index]
        if slot.isWrittenPlainly(in: input) {
          if run.upperBound &+ 2 == slot.name.lowerBound, !run.isEmpty {
            run = run.lowerBound..<slot.value.upperBound
          } else {
            output.append(lines: run, of: input)
            run = slot.name.lowerBound..<slot.value.upperBound
          }
        } else {
          output.append(lines: run, of: input)
          run = 0..<0
          output.append(line: input[clamped: slot.name], input[clamped: slot.value])
        }
      }
      output.append(lines: run, of: input)
    }
  }

  /// A name of ours and a value from elsewhere, which is checked.
  public mutating func append(_ name: StaticString, _ value: Span<UInt8>, known: FieldName) throws(FieldError) {
    try Self.check(value)
    try append(own: name, value, known: known)
  }

  /// A name of ours, and a value that is known to be one: made by us of digits and visible octets, or out of a parsed
  /// head or `Target`. It is not checked; what comes from anywhere else (a configuration, a header that another
  /// library parsed) goes through `append(_:_:known:)`.
  @inlinable @inline(__always) public mutating func append(
    own name: StaticString, _ value: Span<UInt8>, known: FieldName
  ) throws(FieldError) {
    let nameOctets = name.utf8CodeUnitCount
    guard lines.count &+ nameOctets &+ value.count &+ 4 <= Self.octetLimit else { throw .tooLarge }
    append(slotAt: lines.count, nameOctets, value.count, known)
    lines.append(addingCapacity: nameOctets &+ value.count &+ 4) { output in
      output.append(name)
      output.append(": ")
      output.append(value)
      output.append("\r\n")
    }
  }

  /// A name of ours, and a value that is written in place; not checked either.
  ///
  /// - Parameters:
  ///   - limit: octets of the value at most: what `fill` writes beyond is left out.
  ///   - fill: writes the value, as for `append(own:_:known:)`.
  @inlinable @inline(__always) public mutating func append(
    own name: StaticString, upTo limit: Int, known: FieldName, _ fill: (inout OutputSpan<UInt8>) -> Void
  ) throws(FieldError) {
    let (start, nameOctets) = (lines.count, name.utf8CodeUnitCount)
    guard limit >= 0, start &+ nameOctets &+ limit &+ 4 <= Self.octetLimit else { throw .tooLarge }
    lines.append(addingCapacity: nameOctets &+ limit &+ 4) { output in
      output.append(name)
      output.append(": ")
      fill(&output)
      // The room for the line's end stays free.
      if output.count > nameOctets &+ 2 &+ limit { output.removeLast(output.count &- nameOctets &- 2 &- limit) }
      output.append("\r\n")
    }
    append(slotAt: start, nameOctets, lines.count &- start &- nameOctets &- 4, known)
  }

  /// A name and a value of ours.
  @inlinable @inline(__always) public mutating func append(
    _ name: StaticString, _ value: StaticString, known: FieldName
  ) throws(FieldError) {
    try append(own: name, value.octets, known: known)
  }

  /// All lines of another block.
  public mutating func append(_ other: FieldBlock) throws(FieldError) {
    let start = lines.count
    guard start + other.lines.count <= Self.octetLimit else { throw .tooLarge }
    lines.append(other.lines.span)
    let shift = UInt16(truncatingIfNeeded: start)
    places.append(addingCapacity: other.places.count) { output in
      let slots = other.places.span
      for index in slots.indices {
        var slot = slots[index]
        slot.name.start &+= shift
        slot.value.start &+= shift
        output.append(slot)
      }
    }
    present = present.union(other.present)
  }

  /// All lines.
  @inlinable public func withLines<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    try body(lines.span)
  }

  /// The name or value of a slot of this block.
  public func withOctets<Result, E: Error>(
    of range: ByteRange, _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    try body(lines.span[clamped: range])
  }

  /// The first line of that well-known name.
  public func first(_ name: FieldName) -> FieldSlot? {
    guard present.contains(name) else { return nil }
    return places.first { $0.known == name }
  }

  /// Of the line that begins there; both lengths are below `octetLimit`.
  @inlinable @inline(__always) mutating func append(
    slotAt start: Int, _ name: Int, _ value: Int, _ known: FieldName
  ) {
    let valueStart = start &+ name &+ 2
    places.append(
      FieldSlot(
        name: ByteRange(from: start, to: start &+ name), value: ByteRange(from: valueStart, to: valueStart &+ value),
        known: known))
    present.insert(known)
  }

  private static func check(_ value: Span<UInt8>) throws(FieldError) {
    var position = value.firstControl(from: 0)
    while position < value.count {
      guard value[position] == .tab else { throw .badValue }
      position = value.firstControl(from: position + 1)
    }
  }
}

extension FieldSlot {
  /// Octets of the line as a block has it: `name: value CRLF`.
  fileprivate var lineOctets: Int { Int(name.count) &+ Int(value.count) &+ 4 }

  /// The slot of a line as a block has it, where it begins at `start`.
  fileprivate func moved(to start: Int) -> FieldSlot {
    let (name, value) = (Int(name.count), Int(value.count))
    let valueStart = start &+ name &+ 2
    return FieldSlot(
      name: ByteRange(from: start, to: start &+ name), value: ByteRange(from: valueStart, to: valueStart &+ value),
      known: known)
  }

  /// Whether one space stands between the name's colon and the value.
  fileprivate func isWrittenPlainly(in octets: Span<UInt8>) -> Bool {
    let space = name.upperBound &+ 1
    return value.lowerBound == space &+ 1 && space < octets.count && octets[space] == .space
  }
}

extension OutputSpan where Element == UInt8 {
  /// Whole lines that stand together in a head; `range` has all but the last CRLF, or is empty.
  @_lifetime(self: copy self) fileprivate mutating func append(lines range: Range<Int>, of octets: Span<UInt8>) {
    guard !range.isEmpty else { return }
    append(octets[clamped: ByteRange(from: range.lowerBound, to: range.upperBound)])
    append("\r\n")
  }

  @_lifetime(self: copy self) fileprivate mutating func append(line name: Span<UInt8>, _ value: Span<UInt8>) {
    append(name)
    append(": ")
    append(value)
    append("\r\n")
  }
}

/// Why a field can't be sent.
public enum FieldError: Error, Equatable, CustomStringConvertible {
  case badName
  case badValue
  case tooLarge

  public var description: String {
    switch self {
    case .badName: "a field name is no token"
    case .badValue: "a field value has a control character"
    case .tooLarge: "the fields exceed \(FieldBlock.octetLimit) octets"
    }
  }
}
