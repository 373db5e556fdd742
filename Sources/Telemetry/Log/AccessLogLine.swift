import Bytes
import Time

/// Writes the access log: one JSON object (RFC 8259) and a line feed for each exchange. One per worker; allocates
/// nothing and makes no `String`.
///
/// What did not happen has no member: a hit has no `server`, an untroubled request no `why`. Spans of time are whole
/// microseconds in members ending in `_us`. Personal data stays out unless asked for: see `Settings`.
public struct AccessLogLine: Sendable {
  public struct Settings: Equatable, Sendable {
    public var addresses: ClientAddressMask
    /// Whether the query goes into the line; it may carry names, searches, tokens.
    public var showsQuery: Bool

    public init(addresses: ClientAddressMask = .network, showsQuery: Bool = false) {
      self.addresses = addresses
      self.showsQuery = showsQuery
    }
  }

  /// Octets of a path or query that are shown.
  public static let targetLimit = 1_024
  /// No line is longer, in octets: every octet of what a client sent may need six.
  public static let lineLimit = 16_384
  /// Octets of a name, an id or a reason that are shown.
  static let nameLimit = 256

  public var settings: Settings
  private var timestamp = TimestampWriter()

  public init(settings: Settings = Settings()) { self.settings = settings }

  /// Appends the line of an exchange that has ended.
  ///
  /// - Parameters:
  ///   - recorder: names site and route; `nil` where no route matched.
  ///   - listener: its name.
  ///   - server: the name of the server asked last; empty where none was.
  ///   - why: what went wrong, in words; empty where nothing did.
  ///   - time: when the exchange ended.
  public mutating func append(
    _ record: borrowing RequestRecord, _ facts: borrowing AccessLogFacts, recorder: RouteRecorder?,
    listener: Span<UInt8>, server: Span<UInt8>, why: Span<UInt8>, at time: WallTime, to line: inout [UInt8]
  ) {
    line.append("{\"time\":\"")
    timestamp.append(time, to: &line)
    line.append("\",\"id\":\"")
    JSONText.append(facts.id, limit: Self.nameLimit, to: &line)
    line.append("\",\"client\":\"")
    settings.addresses.append(facts.client, to: &line)
    line.append("\",\"listener\":\"")
    JSONText.append(listener, limit: Self.nameLimit, to: &line)
    line.append("\"")
    recorder?.appendNames(to: &line)
    appendRequest(facts, to: &line)
    appendAnswer(record, server: server, to: &line)
    Self.appendStages(record, to: &line)
    if !why.isEmpty {
      line.append(",\"why\":\"")
      JSONText.append(why, limit: Self.nameLimit, to: &line)
      line.append("\"")
    }
    line.append("}\n")
  }

  private func appendRequest(_ facts: borrowing AccessLogFacts, to line: inout [UInt8]) {
    line.append(",\"method\":\"")
    JSONText.append(facts.method, limit: Self.nameLimit, to: &line)
    line.append("\",\"host\":\"")
    JSONText.append(facts.host, limit: Self.nameLimit, to: &line)
    line.append("\",\"path\":\"")
    JSONText.append(facts.path, limit: Self.targetLimit, to: &line)
    if settings.showsQuery && !facts.query.isEmpty {
      line.append("\",\"query\":\"")
      JSONText.append(facts.query, limit: Self.targetLimit, to: &line)
    }
    line.append("\"")
  }

  private func appendAnswer(_ record: borrowing RequestRecord, server: Span<UInt8>, to line: inout [UInt8]) {
    line.append(",\"status\":")
    line.append(decimal: UInt64(record.status))
    line.append(",\"cache\":\"")
    line.append(record.cache.label)
    line.append("\"")
    if !server.isEmpty {
      line.append(",\"server\":\"")
      JSONText.append(server, limit: Self.nameLimit, to: &line)
      line.append("\"")
    }
    if record.attempts > 0 {
      line.append(",\"attempts\":")
      line.append(decimal: UInt64(record.attempts))
    }
    line.append(",\"octets_in\":")
    line.append(decimal: record.octetsIn)
    line.append(",\"octets_out\":")
    line.append(decimal: record.octetsOut)
    line.append(",\"ending\":\"")
    line.append(record.ending.label)
    line.append("\"")
  }

  private static func appendStages(_ record: borrowing RequestRecord, to line: inout [UInt8]) {
    append(",\"head_us\":", RequestRecord.span(from: record.received, to: record.headWhole), to: &line)
    if record.bodyWait > .zero { append(",\"body_wait_us\":", record.bodyWait, to: &line) }
    if record.fetchBegan != .never {
      append(",\"connect_us\":", RequestRecord.span(from: record.fetchBegan, to: record.connected), to: &line)
      append(",\"send_us\":", RequestRecord.span(from: record.connected, to: record.sent), to: &line)
      append(",\"upstream_us\":", RequestRecord.span(from: record.sent, to: record.upstreamHead), to: &line)
    }
    append(",\"first_byte_us\":", record.firstByte, to: &line)
    append(",\"total_us\":", record.total, to: &line)
  }

  private static func append(_ member: StaticString, _ span: Nanoseconds?, to line: inout [UInt8]) {
    guard let span else { return }
    line.append(member)
    line.append(decimal: UInt64(clamping: span.microseconds))
  }
}
