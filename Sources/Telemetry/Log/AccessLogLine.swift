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

  /// The line under way. Written straight into an array, a line cost 6,800 instructions, now 2,700.
  private var line = BufferPool().take(.large)

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
    line.put("{\"time\":\"")
    timestamp.append(time, to: &line)
    line.put("\",\"id\":\"")
    line.put(facts.id)
    line.put("\"")
    put(connection)
    put(recorder.members)
    putRequest(facts)
    putAnswer(record, server: server)
    putStages(record)
    if !why.isEmpty {
      line.put(",\"why\":\"")
      JSONText.append(why, limit: Self.nameLimit, to: &line)
      line.put("\"")
    }
    line.put("}\n")
    batch.add(line.readable)
    line.clear()
  }

  private mutating func putRequest(_ facts: borrowing AccessLogFacts) {
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

  private mutating func putAnswer(_ record: borrowing RequestRecord, server: Span<UInt8>) {
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

  private mutating func putStages(_ record: borrowing RequestRecord) {
    put(",\"head_us\":", RequestRecord.span(from: record.received, to: record.headWhole))
    if record.bodyWait > .zero { put(",\"body_wait_us\":", record.bodyWait) }
    if record.fetchBegan != .never {
      put(",\"connect_us\":", RequestRecord.span(from: record.fetchBegan, to: record.connected))
      put(",\"send_us\":", RequestRecord.span(from: record.connected, to: record.sent))
      put(",\"upstream_us\":", RequestRecord.span(from: record.sent, to: record.upstreamHead))
    }
    put(",\"first_byte_us\":", record.firstByte)
    put(",\"total_us\":", record.total)
  }

  private mutating func put(_ prepared: Chunk) { line.put(prepared.span) }

  // Inlined, as literals are.
  @inline(__always) private mutating func put(_ member: StaticString, _ span: Nanoseconds?) {
    guard let span else { return }
    line.put(member)
    line.put(decimal: UInt64(clamping: span.microseconds))
  }
}
