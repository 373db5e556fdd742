import Bytes
import Time

/// Writes one JSON value (RFC 8259), member by member, for reports; the caller opens and closes in pairs.
public struct JSONWriter: Sendable {
  /// What has been written so far: JSON once every object and array is closed.
  public private(set) var octets: [UInt8] = []
  private var needsComma = false

  public init() {}

  /// `key` is `nil` in an array and at the top.
  public mutating func beginObject(_ key: StaticString? = nil) { open(key, with: UInt8(ascii: "{")) }
  public mutating func endObject() { close(with: UInt8(ascii: "}")) }
  public mutating func beginArray(_ key: StaticString? = nil) { open(key, with: UInt8(ascii: "[")) }
  public mutating func endArray() { close(with: UInt8(ascii: "]")) }

  /// `nil` is written as `null`.
  public mutating func put(_ key: StaticString?, _ text: String?) {
    begin(key)
    guard let text else { return octets.append("null") }
    octets.append(.doubleQuote)
    JSONText.append(text, to: &octets)
    octets.append(.doubleQuote)
  }

  /// In decimal, exactly; `nil` is written as `null`.
  public mutating func put(_ key: StaticString?, _ number: UInt64?) {
    begin(key)
    if let number { octets.append(decimal: number) } else { octets.append("null") }
  }

  /// What is not finite is written as `null`.
  public mutating func put(_ key: StaticString?, _ number: Double?) {
    begin(key)
    if let number, number.isFinite { octets.append(contentsOf: "\(number)".utf8) } else { octets.append("null") }
  }

  /// `nil` is written as `null`.
  public mutating func put(_ key: StaticString?, _ flag: Bool?) {
    begin(key)
    octets.append(flag.map { $0 ? "true" : "false" } ?? "null")
  }

  /// As RFC 3339 with milliseconds.
  public mutating func put(_ key: StaticString?, _ time: WallTime?) {
    begin(key)
    guard let time else { return octets.append("null") }
    octets.append(.doubleQuote)
    var stamp = TimestampWriter()
    stamp.append(time, to: &octets)
    octets.append(.doubleQuote)
  }

  /// As whole microseconds; the key ends in `_us`.
  public mutating func put(_ key: StaticString?, _ span: Nanoseconds?) {
    put(key, span.map { UInt64(clamping: $0.microseconds) })
  }

  /// As an array.
  public mutating func put(_ key: StaticString, _ texts: [String]) {
    beginArray(key)
    for text in texts { put(nil, text) }
    endArray()
  }

  private mutating func begin(_ key: StaticString?) {
    if needsComma { octets.append(.comma) }
    needsComma = true
    guard let key else { return }
    octets.append(.doubleQuote)
    octets.append(key)
    octets.append("\":")
  }

  private mutating func open(_ key: StaticString?, with bracket: UInt8) {
    begin(key)
    octets.append(bracket)
    needsComma = false
  }

  private mutating func close(with bracket: UInt8) {
    octets.append(bracket)
    needsComma = true
  }
}
