import Bytes
import Time

/// Writes the access log: one JSON object (RFC 8259) and a line feed for each exchange. One per worker; allocates
/// nothing and makes no `String`.
///
/// What did not happen has no member: a hit has no `server`, an untroubled request no `why`. Spans of time are whole
/// microseconds in members ending in `_us`. Personal data stays out unless asked for: see `Settings`.
public struct AccessLogLine: ~Copyable {
  /// What of a person goes into the log: by default neither whole addresses nor queries.
  public struct Settings: Equatable, Sendable {
    /// How much of a client's address is shown; `members` obeys it.
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
  /// No line is longer, in octets: each octet of path, query, host, server and reason may need six.
  public static let lineLimit = 24_576
  /// Octets of a host, a name or a reason that are shown.
  static let nameLimit = 256

  /// May change between two lines: the next one obeys.
  public var settings: Settings
  private var timestamp = TimestampWriter()

  public init(settings: Settings = Settings()) { self.settings = settings }

  /// What every line of one connection says of it, made once: the members `client` and `listener`.
  ///
  /// - Parameter client: 4 or 16 octets in network order; empty for a Unix socket.
  public static func members(client: Span<UInt8>, listener: String, settings: Settings) -> Chunk {
    var text: [UInt8] = []
    text.append(",\"client\":\"")
    settings.addresses.append(client, to: &text)
    text.append("\",\"listener\":\"")
    JSONText.append(listener, limit: nameLimit, to: &text)
    text.append("\"")
    return Chunk(copying: text.span)
  }

  /// Adds the line of an exchange that has ended.
  ///
  /// - Parameters:
  ///   - connection: of `members`.
  ///   - recorder: names site and route.
  ///   - server: the name of the server asked last; empty where none was.
  ///   - why: what went wrong, in words; empty where nothing did.
  ///   - time: when the exchange ended.
  public mutating func write(
    _ record: borrowing RequestRecord, _ facts: borrowing AccessLogFacts, connection: Chunk, recorder: RouteRecorder,
    server: Span<UInt8>, why: Span<UInt8>, at time: WallTime, to batch: inout LogBatch
  ) {
    batch.text.put("{\"time\":\"")
    timestamp.append(time, to: &batch.text)
    batch.text.put("\",\"id\":\"")
    batch.text.put(facts.id)
    batch.text.put("\"")
    Self.put(connection, to: &batch.text)
    Self.put(recorder.members, to: &batch.text)
    putRequest(facts, to: &batch.text)
    Self.putAnswer(record, server: server, to: &batch.text)
    Self.putStages(record, to: &batch.text)
    if !why.isEmpty {
      batch.text.put(",\"why\":\"")
      JSONText.append(why, limit: Self.nameLimit, to: &batch.text)
      batch.text.put("\"")
    }
    batch.text.put("}\n")
    batch.endLine()
  }

  private func putRequest(_ facts: borrowing AccessLogFacts, to line: inout Buffer) {
    line.put(",\"method\":\"")
    line.put(facts.method)
    line.put("\",\"host\":\"")
    JSONText.append(facts.host, limit: Self.nameLimit, to: &line)
    line.put("\",\"path\":\"")
    JSONText.append(facts.path, limit: Self.targetLimit, to: &line)
    if settings.showsQuery && !facts.query.isEmpty {
      line.put("\",\"query\":\"")
      JSONText.append(facts.query, limit: Self.targetLimit, to: &line)
    }
  }

  private static func putAnswer(_ record: borrowing RequestRecord, server: Span<UInt8>, to line: inout Buffer) {
    line.put("\",\"status\":")
    line.put(decimal: UInt64(record.status))
    line.put(",\"cache\":\"")
    line.put(record.cache.label)
    if !server.isEmpty {
      line.put("\",\"server\":\"")
      JSONText.append(server, limit: Self.nameLimit, to: &line)
    }
    if record.attempts > 0 {
      line.put("\",\"attempts\":")
      line.put(decimal: UInt64(record.attempts))
      line.put(",\"octets_in\":")
    } else {
      line.put("\",\"octets_in\":")
    }
    line.put(decimal: record.octetsIn)
    line.put(",\"octets_out\":")
    line.put(decimal: record.octetsOut)
    line.put(",\"ending\":\"")
    line.put(record.ending.label)
    line.put("\"")
  }

  private static func putStages(_ record: borrowing RequestRecord, to line: inout Buffer) {
    put(",\"head_us\":", RequestRecord.span(from: record.received, to: record.headWhole), to: &line)
    if record.bodyWait > .zero { put(",\"body_wait_us\":", record.bodyWait, to: &line) }
    if record.fetchBegan != .never {
      put(",\"connect_us\":", RequestRecord.span(from: record.fetchBegan, to: record.connected), to: &line)
      put(",\"send_us\":", RequestRecord.span(from: record.connected, to: record.sent), to: &line)
      put(",\"upstream_us\":", RequestRecord.span(from: record.sent, to: record.upstreamHead), to: &line)
    }
    put(",\"first_byte_us\":", record.firstByte, to: &line)
    put(",\"total_us\":", record.total, to: &line)
  }

  @inline(__always) private static func put(_ prepared: Chunk, to line: inout Buffer) { line.put(prepared.span) }

  // Inlined, as literals are.
  @inline(__always) private static func put(_ member: StaticString, _ span: Nanoseconds?, to line: inout Buffer) {
    guard let span else { return }
    line.put(member)
    line.put(decimal: UInt64(clamping: span.microseconds))
  }
}
