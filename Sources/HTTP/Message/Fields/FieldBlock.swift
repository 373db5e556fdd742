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

  /// A name of ours and a value from elsewhere.
  public mutating func append(_ name: StaticString, _ value: Span<UInt8>, known: FieldName) throws(FieldError) {
    let start = octets.count
    guard start + name.utf8CodeUnitCount + value.count + 4 <= Self.octetLimit else { throw .tooLarge }
    try Self.check(value)
    octets.append(line: name, value)
    append(slotAt: start, name.utf8CodeUnitCount, value.count, known)
  }

  /// A name and a value of ours.
  public mutating func append(_ name: StaticString, _ value: StaticString, known: FieldName) throws(FieldError) {
    let start = octets.count
    guard start + name.utf8CodeUnitCount + value.utf8CodeUnitCount + 4 <= Self.octetLimit else { throw .tooLarge }
    octets.append(name)
    octets.append(": ")
    let valueStart = octets.count
    octets.append(value)
    let valueEnd = octets.count
    octets.append("\r\n")
    slots.append(
      FieldSlot(
        name: ByteRange(start..<start + name.utf8CodeUnitCount), value: ByteRange(valueStart..<valueEnd),
        known: known))
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
