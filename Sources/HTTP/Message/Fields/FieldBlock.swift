import Bytes

/// Fields that a message is sent with: the lines as HTTP/1.1 writes them (`name: value CRLF`), so that they leave in
/// one copy, and a slot for each, for all who read or encode them otherwise. Kept and refilled by its owner.
public struct FieldBlock: Sendable {
  /// Whole lines, without the empty one that ends a section.
  public internal(set) var octets: [UInt8] = []
  /// One for each line, in order; their ranges lie in `octets`.
  public private(set) var slots: [FieldSlot] = []
  /// Octets of one block; with it every offset fits a `ByteRange`.
  public static let octetLimit = 49_152

  public init() {}

  public var isEmpty: Bool { slots.isEmpty }

  public mutating func removeAll() {
    octets.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
  }

  /// - Throws: where the line would be another one for the next reader (RFC 9110 §5.5, RFC 9112 §11.1), or the block
  ///   is full. Nothing is added then.
  public mutating func append(name: Span<UInt8>, value: Span<UInt8>, known: FieldName) throws(FieldError) {
    let start = octets.count
    guard start + name.count + value.count + 4 <= Self.octetLimit else { throw .tooLarge }
    guard !name.isEmpty else { throw .badName }
    guard name.firstNonToken(from: 0) == name.count else { throw .badName }
    try Self.check(value)
    octets.append(line: name, value)
    append(slotAt: start, name.count, value.count, known)
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
    var end = octets.count
    slots.append(addingCapacity: kept.count) { output in
      kept.visit { index in
        let slot = source[index]
        output.append(slot.moved(to: end))
        end &+= slot.lineOctets
      }
    }
    guard end <= Self.octetLimit else {
      slots.removeLast(kept.count)
      throw .tooLarge
    }
    octets.append(addingCapacity: end &- octets.count) { output in
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

  /// A name of ours and a value from elsewhere.
  public mutating func append(_ name: StaticString, _ value: Span<UInt8>, known: FieldName) throws(FieldError) {
    let start = octets.count
    guard start + name.utf8CodeUnitCount + value.count + 4 <= Self.octetLimit else { throw .tooLarge }
    try Self.check(value)
    octets.append(line: name.octets, value)
    append(slotAt: start, name.utf8CodeUnitCount, value.count, known)
  }

  /// A name of ours, and a value that is known to be one: made by us of digits and visible octets, or out of a parsed
  /// head or `Target`. It is not checked; what comes from anywhere else (a configuration, a header that another
  /// library parsed) goes through `append(_:_:known:)`.
  public mutating func append(own name: StaticString, _ value: Span<UInt8>, known: FieldName) throws(FieldError) {
    let start = octets.count
    guard start + name.utf8CodeUnitCount + value.count + 4 <= Self.octetLimit else { throw .tooLarge }
    octets.append(line: name.octets, value)
    append(slotAt: start, name.utf8CodeUnitCount, value.count, known)
  }

  /// A name and a value of ours.
  public mutating func append(_ name: StaticString, _ value: StaticString, known: FieldName) throws(FieldError) {
    try append(own: name, value.octets, known: known)
  }

  /// All lines of another block.
  public mutating func append(_ other: FieldBlock) throws(FieldError) {
    let start = octets.count
    guard start + other.octets.count <= Self.octetLimit else { throw .tooLarge }
    octets.append(other.octets.span)
    let shift = UInt16(truncatingIfNeeded: start)
    for slot in other.slots {
      var moved = slot
      moved.name.start &+= shift
      moved.value.start &+= shift
      slots.append(moved)
    }
  }

  /// All lines.
  @inlinable public func withLines<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    try body(octets.span)
  }

  /// The name or value of a slot of this block.
  public func withOctets<Result, E: Error>(
    of range: ByteRange, _ body: (Span<UInt8>) throws(E) -> Result
  ) throws(E) -> Result {
    try body(octets.span[clamped: range])
  }

  /// The first line of that well-known name. Looks at each slot.
  public func first(_ name: FieldName) -> FieldSlot? {
    for slot in slots where slot.known == name { return slot }
    return nil
  }

  /// Of the line that begins at `start`.
  private mutating func append(slotAt start: Int, _ name: Int, _ value: Int, _ known: FieldName) {
    let valueStart = start + name + 2
    slots.append(
      FieldSlot(
        name: ByteRange(from: start, to: start + name), value: ByteRange(from: valueStart, to: valueStart + value),
        known: known))
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
