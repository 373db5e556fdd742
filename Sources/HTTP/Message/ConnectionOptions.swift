import Bytes

/// What the `Connection` fields of a head say (RFC 9110 §7.6.1), and which fields go no further because of it.
public struct ConnectionOptions: Sendable, Equatable {
  /// Octets of all `Connection` values of a head: comparing every field with every option stays cheap.
  public static let octetLimit = 1_024

  /// Stay on this connection whatever `Connection` names: it belongs to the hop. `Content-Length` is written anew
  /// by the serialiser, which alone says how the next message is framed.
  public static let alwaysRemoved: FieldNames = [
    .connection, .keepAlive, .proxyConnection, .proxyAuthenticate, .proxyAuthorization, .te, .trailer,
    .transferEncoding, .upgrade, .contentLength,
  ]

  /// Cannot be removed by naming them: a client would take from the origin who asks for what, a server from the
  /// cache what may be shared with whom; and what Yett sets is not the peer's to remove.
  public static let neverNamed: FieldNames = [
    .host, .authorization, .cookie, .setCookie, .cacheControl, .expires, .pragma, .vary, .etag, .lastModified,
    .contentType, .contentEncoding, .contentRange, .range, .location, .strictTransportSecurity,
    .via, .date, .age, .cacheStatus, .xRequestID, .forwarded, .xForwardedFor, .xForwardedHost, .xForwardedPort,
    .xForwardedProto,
  ]

  /// `close` is among them: no message follows this one (RFC 9112 §9.6).
  public internal(set) var closes = false
  /// `keep-alive` is among them: what an HTTP/1.0 peer says who can (RFC 9112 §9.3).
  public internal(set) var keepsAlive = false
  /// Well-known fields that go no further: always, or because they are named and can be.
  @usableFromInline var removed = Self.alwaysRemoved
  /// Some name is none of the well-known: fields must be compared with the options by their letters.
  @usableFromInline var namesOthers = false
  var octets = 0

  init() {}

  mutating func add(_ value: Span<UInt8>) throws(HeadError) {
    octets += value.count
    guard octets <= Self.octetLimit else { throw .tooManyConnectionOptions }
    // As all browsers write it: compared as it stands.
    if value.equals("keep-alive") || value.equalsIgnoringCase("keep-alive") {
      keepsAlive = true
      return
    }
    var list = ListField()
    while let member = list.next(in: value) {
      let option = value.extracting(member)
      if option.equalsIgnoringCase("close") {
        closes = true
      } else if option.equalsIgnoringCase("keep-alive") {
        keepsAlive = true
      } else {
        let name = FieldName(option)
        if name == .other { namesOthers = true } else if !Self.neverNamed.contains(name) { removed.insert(name) }
      }
    }
  }

  /// - Parameters:
  ///   - slot: of `fields`, whose head lies in `octets`.
  @inlinable func removes(_ slot: FieldSlot, of fields: borrowing FieldTable, in octets: Span<UInt8>) -> Bool {
    // `other` is no member: a test of one bit, unless `Connection` names what only its letters tell.
    removed.contains(slot.known) || namesOthers && names(slot, of: fields, in: octets)
  }

  /// Whether an option is the name of a field that is not well-known.
  @usableFromInline func names(_ slot: FieldSlot, of fields: borrowing FieldTable, in octets: Span<UInt8>) -> Bool {
    guard slot.known == .other else { return false }
    let name = octets[clamped: slot.name]
    let slots = fields.span
    for index in slots.indices where slots[index].known == .connection {
      let value = octets[clamped: slots[index].value]
      var list = ListField()
      while let member = list.next(in: value) {
        if value.extracting(member).equalsIgnoringCase(name) { return true }
      }
    }
    return false
  }
}
