import Bytes
import HTTP
import Time

/// What all `Cache-Control` lines of one message say together (RFC 9111 §5.2). What is said twice counts in its most
/// restrictive form, and what cannot be read counts as the most restrictive of what it may mean: a shared cache that
/// guesses wrongly shows one person's page to another.
public struct CacheControl: Equatable, Sendable {
  /// Directives without an argument, or whose argument is not needed.
  public struct Directives: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    public static let noStore = Directives(rawValue: 1)
    /// Also with field names: one field that must be validated costs as much as all.
    public static let noCache = Directives(rawValue: 2)
    /// Also with field names, as §5.2.2.7 has it for caches that tell no fields apart.
    public static let isPrivate = Directives(rawValue: 4)
    public static let isPublic = Directives(rawValue: 8)
    public static let mustRevalidate = Directives(rawValue: 16)
    public static let proxyRevalidate = Directives(rawValue: 32)
    public static let mustUnderstand = Directives(rawValue: 64)
    public static let onlyIfCached = Directives(rawValue: 128)
  }

  public private(set) var directives: Directives = []
  /// 0 where it came without a number (§4.2.1).
  public private(set) var maxAge: Nanoseconds?
  /// 0 where it came without a number.
  public private(set) var sMaxAge: Nanoseconds?

  public init() {}

  /// Of a request or a response.
  public init(_ fields: borrowing FieldTable, _ octets: Span<UInt8>) {
    guard fields.contains(.cacheControl) else { return }
    let slots = fields.span
    for index in slots.indices {
      let slot = slots[index]
      if slot.known == .cacheControl { add(octets[clamped: slot.value]) }
    }
  }

  /// Adds one more line.
  public mutating func add(_ value: Span<UInt8>) {
    var list = ListField()
    while let member = list.next(in: value) { add(directive: value.extracting(member)) }
  }

  private mutating func add(directive text: Span<UInt8>) {
    let equals = text.firstIndex(of: .equals) ?? text.count
    var end = equals
    while end > 0, text[end - 1] == .space || text[end - 1] == .tab { end -= 1 }
    let name = text.extracting(0..<end)
    // A quoted string that starts elsewhere or does not end may have swallowed a `no-store`.
    if let quote = text.firstIndex(of: .doubleQuote), !Self.isQuoted(text, from: quote, after: equals) {
      directives.insert(.noStore)
    }
    if name.equalsIgnoringCase("max-age") {
      maxAge = Self.shorter(maxAge, Self.seconds(text, after: equals))
    } else if name.equalsIgnoringCase("s-maxage") {
      sMaxAge = Self.shorter(sMaxAge, Self.seconds(text, after: equals))
    } else if let directive = Self.directive(name) {
      directives.insert(directive)
    }
  }

  private static func directive(_ name: Span<UInt8>) -> Directives? {
    if name.equalsIgnoringCase("no-store") { return .noStore }
    if name.equalsIgnoringCase("no-cache") { return .noCache }
    if name.equalsIgnoringCase("private") { return .isPrivate }
    if name.equalsIgnoringCase("public") { return .isPublic }
    if name.equalsIgnoringCase("must-revalidate") { return .mustRevalidate }
    if name.equalsIgnoringCase("proxy-revalidate") { return .proxyRevalidate }
    if name.equalsIgnoringCase("must-understand") { return .mustUnderstand }
    if name.equalsIgnoringCase("only-if-cached") { return .onlyIfCached }
    return nil
  }

  /// Whether `text` is `name="…"` with nothing behind the closing quote.
  private static func isQuoted(_ text: Span<UInt8>, from quote: Int, after equals: Int) -> Bool {
    guard equals < text.count else { return false }
    var start = equals + 1
    while start < text.count, text[start] == .space || text[start] == .tab { start += 1 }
    guard start == quote else { return false }
    var position = quote + 1
    while position < text.count {
      if text[position] == .doubleQuote { return position == text.count - 1 }
      position += text[position] == .backslash ? 2 : 1
    }
    return false
  }

  private static func shorter(_ first: Nanoseconds?, _ second: Nanoseconds) -> Nanoseconds {
    first.map { min($0, second) } ?? second
  }

  /// The number behind `=`, also as a quoted string (§5.2: recipients read both); zero for what is none.
  private static func seconds(_ text: Span<UInt8>, after equals: Int) -> Nanoseconds {
    var (start, end) = (min(equals + 1, text.count), text.count)
    if end - start >= 2, text[start] == .doubleQuote, text[end - 1] == .doubleQuote {
      (start, end) = (start + 1, end - 1)
    }
    return DeltaSeconds.read(text.extracting(start..<end)) ?? .zero
  }
}

/// `delta-seconds` of RFC 9111 §1.2.2.
public enum DeltaSeconds {
  /// What a larger number counts as: 2³¹ s.
  public static let ceiling = Nanoseconds.seconds(1 << 31)

  /// `nil` for what is not digits alone.
  public static func read(_ octets: Span<UInt8>) -> Nanoseconds? {
    guard !octets.isEmpty else { return nil }
    var number: Int64 = 0
    for index in octets.indices {
      guard octets[index].isDigit else { return nil }
      number = min(number * 10 + Int64(octets[index] &- 0x30), 1 << 31)
    }
    return .seconds(number)
  }
}
