import Bytes
import HTTP

/// What an object is found by, composed octet by octet in storage that is kept from request to request. Every part has
/// its length in front of it, so that no two lists of parts make the same octets. One thread at a time.
///
/// ```swift
/// key.begin(prefix, scheme: .https, port: 443, host: host, path: path, query: query)
/// let answer = view.lookup(&key, …)
/// ```
public struct CacheKey: ~Copyable {
  /// The primary key, and behind it the selecting fields.
  var octets: Span<UInt8> {
    @_lifetime(borrow self) get { text.span }
  }
  /// Of `octets`.
  var count: Int { text.count }
  private var text = ReusedArray<UInt8>()
  /// Where the primary key ends and the selecting fields begin, once a look-up has begun.
  private(set) var primaryCount = 0
  private(set) var primaryHash: UInt64 = 0
  /// Of all octets.
  private(set) var hash: UInt64 = 0
  /// Where the value of the selecting field lies that is being added.
  private var fieldStart = 0

  public init() {}

  /// Forgets what was in it and begins anew with the primary key.
  ///
  /// - Parameters:
  ///   - prefix: what else tells sites and routes apart.
  ///   - path: as it goes to the origin: what that makes of another spelling (a redirect to this one, say) must not be
  ///     the answer to this one.
  ///   - query: `nil` where there is none, which is not the same as an empty one.
  public mutating func begin(
    _ prefix: Span<UInt8>, scheme: Scheme, port: UInt16, host: Span<UInt8>, path: Span<UInt8>, query: Span<UInt8>?
  ) {
    text.removeAll()
    (primaryCount, primaryHash, hash) = (0, 0, 0)
    // Host, path and query are a target's, together below 64 KiB; site and pool are names of a configuration.
    let (prefixCount, hostCount, pathCount, queryCount) = (prefix.count, host.count, path.count, query?.count ?? 0)
    let head: InlineArray<10, UInt8> = [
      scheme.rawValue &<< 1 | (query == nil ? 0 : 1), UInt8(truncatingIfNeeded: hostCount),
      UInt8(truncatingIfNeeded: port), UInt8(truncatingIfNeeded: port >> 8),
      UInt8(truncatingIfNeeded: prefixCount), UInt8(truncatingIfNeeded: prefixCount >> 8),
      UInt8(truncatingIfNeeded: pathCount), UInt8(truncatingIfNeeded: pathCount >> 8),
      UInt8(truncatingIfNeeded: queryCount), UInt8(truncatingIfNeeded: queryCount >> 8),
    ]
    text.append(addingCapacity: head.count &+ prefixCount &+ hostCount &+ pathCount &+ queryCount) { output in
      output.append(head.span)
      output.append(prefix)
      output.append(host)
      output.append(path)
      if let query { output.append(query) }
    }
  }

  /// Adds a part behind the primary key.
  mutating func append(_ part: Span<UInt8>) {
    appendLength(part.count)
    text.append(part)
  }

  /// Adds eight octets behind the primary key.
  mutating func append(_ number: UInt64) {
    for place in 0..<8 { text.append(UInt8(truncatingIfNeeded: number >> UInt64(8 * place))) }
  }

  /// Seven bits an octet, the last one without the high bit (LEB128).
  private mutating func appendLength(_ length: Int) {
    var rest = UInt64(clamping: length)
    while rest > 0x7F {
      text.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    text.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// What the store does with a key.
extension CacheKey {
  /// The primary key is whole. A second call drops what selecting fields were added.
  mutating func seal(with hasher: KeyHash) {
    if primaryCount == 0 {
      primaryCount = count
      primaryHash = hasher.hash(octets)
    } else {
      text.removeLast(count - primaryCount)
    }
    hash = primaryHash
  }

  /// The selecting fields are whole.
  mutating func sealSelection(with hasher: KeyHash) {
    hash = hasher.hash(octets.extracting(primaryCount..<count), continuing: primaryHash)
  }

  /// A key like that of a fill, from its octets.
  init(octets: [UInt8], primaryCount: Int, primaryHash: UInt64, hash: UInt64) {
    text.append(octets.span)
    (self.primaryCount, self.primaryHash, self.hash) = (primaryCount, primaryHash, hash)
  }

  // MARK: Selecting fields

  /// Its name, 0 for absent or 1, the value's length in four octets, and the value.
  mutating func beginField(_ name: Span<UInt8>) {
    append(name)
    for _ in 0..<5 { text.append(0) }
    fieldStart = count
  }

  /// One line of the field that was begun; several are joined as RFC 9110 §5.2 has it.
  mutating func appendLine(_ value: Span<UInt8>, of name: FieldName) {
    let isTokens = name == .acceptEncoding || name == .acceptLanguage
    if text[fieldStart - 5] == 0 {
      text[fieldStart - 5] = 1
    } else {
      text.append(.comma)
      if !isTokens { text.append(.space) }
    }
    guard isTokens else { return text.append(value) }
    // Lists of case-insensitive tokens: browsers differ in white space and case, origins do not.
    for index in value.indices where value[index] != .space && value[index] != .tab {
      text.append(value[index].lowercased)
    }
  }

  mutating func endField() {
    let count = UInt32(clamping: text.count - fieldStart)
    for place in 0..<4 { text[fieldStart - 4 + place] = UInt8(truncatingIfNeeded: count >> UInt32(8 * place)) }
  }
}
