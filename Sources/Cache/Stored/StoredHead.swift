import Bytes
import HTTP
import Time

/// The head of a response that may be shared, as it is kept and sent again: the origin's end-to-end fields without
/// `Age`, which every answer has anew, and nothing of Yett's own but a missing `Date`. Never changes. Any thread.
public final class StoredHead: Sendable {
  /// 200 to 599.
  public let status: UInt16
  /// Without framing fields: `StoredResponse.bodyOctets` says the length.
  public let fields: FieldBlock
  public let freshness: Freshness
  /// When it came.
  public let received: Instant
  /// From then on it is stale.
  public let freshUntil: Instant
  /// The `ETag` among `fields`.
  public let etag: FieldSlot?
  public let lastModified: WallTime?
  /// `Date`, or the time of receipt.
  public let date: WallTime

  /// - Parameter octets: in which `head` was parsed.
  /// - Throws: where the fields do not fit a block.
  public init(
    _ head: borrowing ResponseHead, _ octets: Span<UInt8>, freshness: Freshness, at moment: ResponseMoment
  ) throws(FieldError) {
    var fields = FieldBlock()
    try fields.append(head.fields, of: octets) { slot in
      slot.known != .age && slot.known != .xRequestID && !head.isHopByHop(slot, octets: octets)
    }
    if head.fields.first(.date) == nil {
      // RFC 9110 §6.6.1: whoever stores a response without one adds it.
      var stamp = HTTPDateStamp()
      stamp.update(to: moment.receivedWall)
      try stamp.withSpan { (date) throws(FieldError) in try fields.append(own: "Date", date, known: .date) }
    }
    let dates = ResponseDates(head.fields, octets, receivedWall: moment.receivedWall)
    status = head.status
    etag = fields.first(.etag)
    (lastModified, date) = (dates.lastModified, dates.date)
    (self.fields, self.freshness) = (fields, freshness)
    received = moment.received
    freshUntil = moment.received + freshness.remaining
  }

  /// Whether no body follows whatever its length: `Content-Length` would say there were one (RFC 9110 §8.6).
  public var hasNoBody: Bool { status == 204 || status == 304 }

  /// `current_age` of RFC 9111 §4.2.3, for the `Age` field.
  public func age(at now: Instant) -> Nanoseconds { freshness.initialAge + max(.zero, now - received) }

  public func isFresh(at now: Instant) -> Bool { now < freshUntil }

  /// What is left of its lifetime; negative when it is over.
  public func timeToLive(at now: Instant) -> Nanoseconds { freshUntil - now }

  /// Lends the fields.
  public func withFields<Result, E: Error>(_ body: (borrowing FieldBlock) throws(E) -> Result) throws(E) -> Result {
    try body(fields)
  }

  /// Lends the fields as HTTP/1.1 lines, without the empty line behind them.
  public func withLines<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    try fields.withLines(body)
  }

  /// Adds what a 304 tells of it (RFC 9110 §15.4.5): what guides the client's own cache, and no more.
  public func copyNotModifiedFields(to block: inout FieldBlock) throws(FieldError) {
    let lines = fields.octets
    for slot in fields.slots {
      let name = lines.span[clamped: slot.name]
      switch slot.known {
      case .cacheControl, .date, .etag, .expires, .vary, .lastModified: break
      case .other where name.equalsIgnoringCase("content-location"): break
      default: continue
      }
      try block.append(name: name, value: lines.span[clamped: slot.value], known: slot.known)
    }
  }

  /// Adds all fields but those of these names.
  public func copyFields(to block: inout FieldBlock, except dropped: FieldNames) throws(FieldError) {
    let lines = fields.octets
    for slot in fields.slots where !dropped.contains(slot.known) {
      try block.append(name: lines.span[clamped: slot.name], value: lines.span[clamped: slot.value], known: slot.known)
    }
  }

  /// Octets of memory: both arrays with what they reserve, and the object itself.
  var cost: Int {
    fields.octets.capacity + fields.slots.capacity * MemoryLayout<FieldSlot>.stride + Self.overhead
  }

  /// The object and the heads of two arrays, rounded up as malloc does.
  private static let overhead = 288
}
