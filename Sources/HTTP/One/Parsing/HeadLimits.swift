import Bytes

/// What a head may cost. Offsets in a head have 16 bits, so limits are cut to what they can say.
public struct HeadLimits: Sendable, Equatable {
  /// Octets of a request line with its CRLF; 414 beyond. 1 to 16,384.
  public let requestLineOctets: Int
  /// Octets of all field lines with the empty line; 431 beyond. 2 to 49,000.
  public let sectionOctets: Int
  /// Field lines; 431 beyond. 1 to `FieldTable.limit`.
  public let fields: Int

  public init(requestLineOctets: Int = 8_192, sectionOctets: Int = 32_768, fields: Int = FieldTable.limit) {
    self.requestLineOctets = min(max(requestLineOctets, 1), 16_384)
    self.sectionOctets = min(max(sectionOctets, 2), 49_000)
    self.fields = min(max(fields, 1), FieldTable.limit)
  }
}
