import Bytes

/// `*( field-line CRLF ) CRLF` of RFC 9112 §2.1 and §5, as strict as it can be: what another reader could see
/// differently is refused. Resumes where it stopped.
struct FieldSectionParser: ~Copyable {
  private enum State { case lineStart, name, beforeValue, value, lineFeed, lastLineFeed }

  private var state = State.lineStart
  /// The next octet to look at.
  private(set) var position = 0
  private var start = 0
  private var nameStart = 0
  private var nameEnd = 0
  private var valueStart = 0

  init() {}

  /// - Parameter position: of the first field line's first octet.
  mutating func begin(at position: Int) {
    state = .lineStart
    self.position = position
    start = position
  }

  /// - Parameter input: begins with the head's first octet each time.
  /// - Returns: whether the section is whole; `position` is behind it then.
  mutating func read(
    _ input: Span<UInt8>, limits: HeadLimits, into fields: inout FieldTable
  ) throws(HeadError) -> Bool {
    let limit = start + limits.sectionOctets
    let isCut = input.count >= limit
    let octets = isCut ? input.extracting(0..<limit) : input
    if try read(octets, most: limits.fields, into: &fields) { return true }
    // All that may belong to the section is there, and it has not ended.
    if isCut { throw .sectionTooLarge }
    return false
  }

  private mutating func read(
    _ octets: Span<UInt8>, most: Int, into fields: inout FieldTable
  ) throws(HeadError) -> Bool {
    while position < octets.count {
      // A whole line falls through from state to state; one that is cut is taken up again where it was left.
      switch state {
      case .lineStart:
        let first = fields.count
        position = try Self.readPlainLines(octets, from: position, most: most, into: &fields)
        fields.name(from: first, in: octets)
        guard position < octets.count else { return false }
        let octet = octets[position]
        if octet == .carriageReturn {
          state = .lastLineFeed
          position &+= 1
          continue
        }
        guard octet.isToken else { throw Self.errorAtLineStart(octet) }
        nameStart = position
        state = .name
        fallthrough
      case .name:
        position = octets.firstNonToken(from: position)
        guard position < octets.count else { return false }
        guard octets[position] == .colon else { throw Self.errorInName(octets[position]) }
        nameEnd = position
        state = .beforeValue
        position &+= 1
        fallthrough
      case .beforeValue:
        while position < octets.count && (octets[position] == .space || octets[position] == .tab) { position &+= 1 }
        guard position < octets.count else { return false }
        valueStart = position
        state = .value
        fallthrough
      case .value:
        position = octets.firstControl(from: position)
        while position < octets.count && octets[position] == .tab {
          position = octets.firstControl(from: position &+ 1)
        }
        guard position < octets.count else { return false }
        guard octets[position] == .carriageReturn else {
          throw octets[position] == .lineFeed ? .bareLineFeed : .controlInField
        }
        state = .lineFeed
        position &+= 1
        guard position < octets.count else { return false }
        fallthrough
      case .lineFeed:
        guard octets[position] == .lineFeed else { throw .bareCarriageReturn }
        guard fields.count < most, append(slot(octets, lineEnd: position &- 1), of: octets, to: &fields) else {
          throw .tooManyFields
        }
        position &+= 1
        state = .lineStart
      case .lastLineFeed:
        guard octets[position] == .lineFeed else { throw .bareCarriageReturn }
        position &+= 1
        return true
      }
    }
    return false
  }

  /// Reads on to the first line that is not whole, or not written as nearly all are: it is read again from its start,
  /// this once. A function of its own, and without names: the scan has all registers.
  ///
  /// - Returns: where it stopped.
  @inline(never) private static func readPlainLines(
    _ octets: Span<UInt8>, from position: Int, most: Int, into fields: inout FieldTable
  ) throws(HeadError) -> Int {
    var start = position
    while let line = octets.plainLine(at: start) {
      let slot = FieldSlot(
        name: ByteRange(from: start, to: line.nameEnd), value: ByteRange(from: line.valueStart, to: line.valueEnd),
        known: .other)
      guard fields.count < most, fields.append(plain: slot) else { throw .tooManyFields }
      start = line.end
    }
    return start
  }

  private func append(_ slot: FieldSlot, of octets: Span<UInt8>, to fields: inout FieldTable) -> Bool {
    let name = octets.extracting(nameStart..<nameEnd)
    return name.firstIndex(of: UInt8(ascii: "_")) == nil ? fields.append(plain: slot) : fields.append(slot)
  }

  /// `lineEnd`: of the CR.
  private func slot(_ octets: Span<UInt8>, lineEnd: Int) -> FieldSlot {
    var valueEnd = lineEnd
    while valueEnd > valueStart, octets[valueEnd &- 1] == .space || octets[valueEnd &- 1] == .tab { valueEnd &-= 1 }
    return FieldSlot(
      name: ByteRange(from: nameStart, to: nameEnd), value: ByteRange(from: valueStart, to: valueEnd),
      known: FieldName(token: octets.extracting(nameStart..<nameEnd)))
  }

  private static func errorAtLineStart(_ octet: UInt8) -> HeadError {
    switch octet {
    case .space, .tab: .foldedField
    case .lineFeed: .bareLineFeed
    default: .badFieldName
    }
  }

  private static func errorInName(_ octet: UInt8) -> HeadError {
    switch octet {
    case .space, .tab: .spaceBeforeColon
    case .lineFeed: .bareLineFeed
    default: .badFieldName
    }
  }
}
