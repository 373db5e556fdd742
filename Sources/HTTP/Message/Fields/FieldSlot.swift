import Bytes

/// Where a field's name and value lie in the octets of its head, and which well-known field it is.
public struct FieldSlot: Sendable, Hashable, BitwiseCopyable {
  public var name: ByteRange
  /// Without white space around it.
  public var value: ByteRange
  public var known: FieldName

  @inlinable public init(name: ByteRange, value: ByteRange, known: FieldName) {
    (self.name, self.value, self.known) = (name, value, known)
  }

  @inlinable public init() { self.init(name: ByteRange(), value: ByteRange(), known: .other) }
}
