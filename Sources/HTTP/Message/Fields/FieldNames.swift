/// A set of well-known field names, one bit each.
public struct FieldNames: Sendable, Hashable, ExpressibleByArrayLiteral {
  @usableFromInline var bits: UInt64 = 0

  @inlinable public init() {}

  @inlinable public init(arrayLiteral names: FieldName...) { for name in names { insert(name) } }

  @inlinable public var isEmpty: Bool { bits == 0 }

  /// `other` is no name and never a member.
  @inlinable public mutating func insert(_ name: FieldName) {
    bits |= (1 &<< UInt64(name.rawValue)) & ~1
  }

  /// The members of both.
  @inlinable public func union(_ other: FieldNames) -> FieldNames {
    var union = self
    union.bits |= other.bits
    return union
  }

  /// Whether none is in both.
  @inlinable public func isDisjoint(with other: FieldNames) -> Bool { bits & other.bits == 0 }

  @inlinable public func contains(_ name: FieldName) -> Bool { bits &>> UInt64(name.rawValue) & 1 == 1 }
}
