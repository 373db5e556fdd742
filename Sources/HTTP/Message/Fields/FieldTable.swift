import Bytes

/// The fields of a parsed head, in order. The octets lie in the buffer that was parsed.
public struct FieldTable: ~Copyable {
  /// 431 beyond it.
  public static let limit = 100

  @usableFromInline var slots = FixedBuffer(repeating: FieldSlot(), count: FieldTable.limit)
  @usableFromInline var used = 0
  /// Which well-known fields are there: most questions are about one that is not.
  @usableFromInline var present = FieldNames()

  @usableFromInline var underscores = false

  public init() {}

  @inlinable public var count: Int { used }

  /// Whether a name may have an underscore, which some origins read as a hyphen (RFC 3875 §4.1.18).
  @inlinable public var mayHaveUnderscores: Bool { underscores }

  /// `false`, and nothing added, where the table is full.
  @inlinable public mutating func append(_ slot: FieldSlot) -> Bool {
    underscores = true
    return append(plain: slot)
  }

  /// The same of a field whose name is known to have no underscore.
  @inlinable mutating func append(plain slot: FieldSlot) -> Bool {
    guard used < Self.limit else { return false }
    slots[used] = slot
    used &+= 1
    present.insert(slot.known)
    return true
  }

  /// A name may have an underscore: for who appends plain slots.
  mutating func noteUnderscore() { underscores = true }

  /// The last field's value goes on; `octets` are behind it already.
  mutating func extendLast(by octets: Int) {
    guard used > 0 else { return }
    slots[used &- 1].value.count &+= UInt16(truncatingIfNeeded: octets)
  }

  /// Removes all fields of that name, which is well known.
  mutating func removeAll(_ name: FieldName) {
    var (next, kept) = (0, 0)
    present = FieldNames()
    while next < used {
      let slot = slots[next]
      if slot.known != name {
        slots[kept] = slot
        present.insert(slot.known)
        kept &+= 1
      }
      next &+= 1
    }
    used = kept
  }

  /// Names the fields from that place on, which were appended as `other`.
  ///
  /// - Parameter octets: in which they were found.
  mutating func name(from first: Int, in octets: Span<UInt8>) {
    var index = first
    while index < used {
      let known = FieldName(token: octets.extracting(slots[index].name.range))
      slots[index].known = known
      present.insert(known)
      index &+= 1
    }
  }

  /// Whether there is a field of that well-known name.
  @inlinable public func contains(_ name: FieldName) -> Bool { present.contains(name) }

  /// The place of the next field with one of these names, at `start` (0 or more) or behind it; `nil` after the last.
  @inlinable @inline(__always) func next(among names: FieldNames, from start: Int) -> Int? {
    guard !present.isDisjoint(with: names) else { return nil }
    let fields = span
    var index = start
    while index < fields.count {
      if names.contains(fields[index].known) { return index }
      index &+= 1
    }
    return nil
  }

  /// `index` is below `count`.
  @inlinable public subscript(index: Int) -> FieldSlot { slots[index] }

  /// The fields in order.
  @inlinable public var span: Span<FieldSlot> {
    @_lifetime(borrow self) get { slots.span.extracting(0..<used) }
  }

  /// Forgets all fields.
  @inlinable public mutating func removeAll() {
    used = 0
    present = FieldNames()
    underscores = false
  }

  /// The first field of that name.
  @inlinable public func first(_ name: FieldName) -> FieldSlot? {
    guard contains(name) else { return nil }
    let fields = span
    for index in fields.indices where fields[index].known == name { return fields[index] }
    return nil
  }
}
