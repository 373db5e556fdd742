import Bytes
import HTTP

/// What an object is found by, composed octet by octet in storage that is kept from request to request. Every part is
/// preceded by its length, so that no two lists of parts make the same octets. One thread at a time.
///
/// ```swift
/// key.begin()
/// key.append(site); key.append(host); key.append(path); …
/// let answer = view.lookup(&key, …)
/// ```
public struct CacheKey: ~Copyable {
  /// The primary key, and behind it the selecting fields.
  private(set) var octets: [UInt8] = []
  /// Where the primary key ends and the selecting fields begin, once a look-up has begun.
  private(set) var primaryCount = 0
  private(set) var primaryHash: UInt64 = 0
  /// Of all octets.
  private(set) var hash: UInt64 = 0
  /// Where the value of the selecting field lies that is being added.
  private var fieldStart = 0

  public init() {}

  /// Forgets what was in it and begins anew.
  @inlinable public mutating func begin() { clear() }

  @usableFromInline mutating func clear() {
    octets.removeAll(keepingCapacity: true)
    (primaryCount, primaryHash, hash) = (0, 0, 0)
  }

  /// Adds a part: any octets, also none.
  public mutating func append(_ part: Span<UInt8>) {
    appendLength(part.count)
    octets.append(part)
  }

  /// Adds a part.
  public mutating func append(_ part: StaticString) {
    appendLength(part.utf8CodeUnitCount)
    octets.append(part)
  }

  /// Adds a part: a small number, such as an index or a port.
  public mutating func append(number: UInt64) {
    var rest = number
    var size = 1
    while rest > 0xFF { (rest, size) = (rest >> 8, size + 1) }
    appendLength(size)
    rest = number
    for _ in 0..<size {
      octets.append(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  /// Seven bits an octet, the last one without the high bit (LEB128).
  private mutating func appendLength(_ length: Int) {
    var rest = UInt64(clamping: length)
    while rest > 0x7F {
      octets.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    octets.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// What the store does with a key.
extension CacheKey {
  /// The primary key is whole. A second call drops what selecting fields were added.
  mutating func seal(with hasher: KeyHash) {
    if primaryCount == 0 {
      primaryCount = octets.count
      primaryHash = hasher.hash(octets.span)
    } else {
      octets.removeLast(octets.count - primaryCount)
    }
    hash = primaryHash
  }

  /// The selecting fields are whole.
  mutating func sealSelection(with hasher: KeyHash) {
    hash = hasher.hash(octets.span.extracting(primaryCount..<octets.count), continuing: primaryHash)
  }

  /// A key like that of a fill, from its octets.
  init(octets: [UInt8], primaryCount: Int, primaryHash: UInt64, hash: UInt64) {
    self.octets = octets
    (self.primaryCount, self.primaryHash, self.hash) = (primaryCount, primaryHash, hash)
  }

  // MARK: Selecting fields

  /// Its name, 0 for absent or 1, the value's length in four octets, and the value.
  mutating func beginField(_ name: Span<UInt8>) {
    append(name)
    for _ in 0..<5 { octets.append(0) }
    fieldStart = octets.count
  }

  /// One line of the field that was begun; several are joined as RFC 9110 §5.2 has it.
  mutating func appendLine(_ value: Span<UInt8>, of name: FieldName) {
    let isTokens = name == .acceptEncoding || name == .acceptLanguage
    if octets[fieldStart - 5] == 0 {
      octets[fieldStart - 5] = 1
    } else {
      octets.append(.comma)
      if !isTokens { octets.append(.space) }
    }
    guard isTokens else { return octets.append(value) }
    // Lists of case-insensitive tokens: browsers differ in white space and case, origins do not.
    for index in value.indices where value[index] != .space && value[index] != .tab {
      octets.append(value[index].lowercased)
    }
  }

  mutating func endField() {
    let count = UInt32(clamping: octets.count - fieldStart)
    for place in 0..<4 { octets[fieldStart - 4 + place] = UInt8(truncatingIfNeeded: count >> UInt32(8 * place)) }
  }
}
