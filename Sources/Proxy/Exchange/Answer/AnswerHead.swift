import Cache
import HTTP

/// The head of an answer as the exchange gives it to its stream: a status, fields that a stored response holds
/// already, fields of this answer behind them, and last what Yett itself says.
public struct AnswerHead: ~Copyable {
  public internal(set) var status: UInt16 = 0
  /// Its fields come first, as they are.
  var stored: StoredHead?
  var added = FieldBlock()
  var own = OwnFields()
  public internal(set) var length = AnswerLength.none

  /// What the client sent can't be trusted: over HTTP/1 nothing more is read from its connection.
  public internal(set) var closes = false

  init() {}

  /// Of all fields together.
  var octets: Int { added.octets.count + (stored?.fields.octets.count ?? 0) + OwnFields.octetLimit }

  /// Octets of the longest field block that HTTP/2's coder may make of it.
  var fieldBlockLimit: Int { octets + 16 * (added.slots.count + (stored?.fields.slots.count ?? 0)) }

  /// The lines of the stored fields.
  func withStoredOctets<E: Error>(_ body: (Span<UInt8>) throws(E) -> Void) throws(E) {
    guard stored != nil else { return try body(Span()) }
    try stored?.withLines(body)
  }

  /// The stored fields; a block without any where there are none.
  func withStoredFields<E: Error>(_ body: (borrowing FieldBlock) throws(E) -> Void) throws(E) {
    guard stored != nil else { return try body(FieldBlock()) }
    try stored?.withFields(body)
  }

  /// Takes over the fields of a stored response, as they lie there; where Yett says one of them instead, the others as
  /// fields of this answer.
  ///
  /// - Throws: where they do not fit.
  @inline(__always) mutating func show(_ head: consuming StoredHead) throws(FieldError) {
    if own.transportSecurity == nil { stored = head } else { try showRest(of: head) }
  }

  private mutating func showRest(of head: StoredHead) throws(FieldError) {
    if head.fields.names.isDisjoint(with: own.replaced) {
      stored = head
    } else {
      try head.copyFields(to: &added, except: own.replaced)
    }
  }

  mutating func reset() {
    status = 0
    stored = nil
    if !added.isEmpty { added.removeAll() }
    own.age = nil
    own.cacheStatus = nil
    length = .none
    closes = false
  }
}

/// How much of a body follows a head.
public enum AnswerLength: Equatable, Sendable {
  /// There is none, and no field says so (1xx, 204, 304).
  case none
  /// So many octets; to `HEAD` the field alone.
  case octets(UInt64)
  /// Until its end is told.
  case unknown
}
