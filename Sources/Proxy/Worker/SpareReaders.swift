import HTTP

/// Recycled readers, with their exchanges. In one struct: one dynamic check of exclusivity a call.
struct SpareReaders {
  /// So many are kept.
  private static let limit = 256

  /// Readers with other limits, of an earlier snapshot, are not kept.
  let limits: HeadLimits
  private var readers: [HTTP1Reader] = []

  init(limits: HeadLimits) { self.limits = limits }

  mutating func take() -> HTTP1Reader? { readers.popLast() }

  mutating func give(_ reader: consuming HTTP1Reader) {
    if readers.count < Self.limit, reader.limits == limits { readers.append(reader) }
  }
}
