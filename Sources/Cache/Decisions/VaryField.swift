import Bytes
import HTTP

/// What all `Vary` lines of a response say together (RFC 9110 §12.5.5), as seen from before Yett.
public enum VaryField: Sendable {
  /// No field of the client's chose the answer.
  case absent
  case names(VarySpec)
  /// `*`, or a field that is another one in every request; also what can't be read, for it may mean anything.
  case any

  /// Names that a key can hold.
  public static let nameLimit = 16
  /// Octets of all names.
  public static let octetLimit = 512

  public init(_ fields: borrowing FieldTable, _ octets: Span<UInt8>) {
    var names: [[UInt8]] = []
    var total = 0
    let slots = fields.span
    for index in slots.indices {
      let slot = slots[index]
      guard slot.known == .vary else { continue }
      let value = octets[clamped: slot.value]
      var list = ListField()
      while let member = list.next(in: value) {
        let name = value.extracting(member)
        switch Influence(of: name) {
        case .none: continue
        case .unbounded:
          self = .any
          return
        case .selects: break
        }
        var lowercased: [UInt8] = []
        lowercased.reserveCapacity(name.count)
        for position in name.indices { lowercased.append(name[position].lowercased) }
        guard !names.contains(lowercased) else { continue }
        names.append(lowercased)
        total += lowercased.count
        guard names.count <= Self.nameLimit, total <= Self.octetLimit else {
          self = .any
          return
        }
      }
    }
    guard !names.isEmpty else {
      self = .absent
      return
    }
    names.sort { $0.lexicographicallyPrecedes($1) }
    self = .names(VarySpec(names))
  }

  /// What a client can do by sending a field to what the origin answers.
  private enum Influence {
    /// The origin never sees it as sent, or the primary key holds it.
    case none
    case selects
    /// Yett writes it for every request anew, or nobody knows what is meant.
    case unbounded

    init(of name: Span<UInt8>) {
      // No field is called like what is no token (RFC 9110 §5.1).
      if name.equals("*") || name.firstNonToken(from: 0) < name.count {
        self = .unbounded
        return
      }
      switch FieldName(name) {
      case .forwarded, .xForwardedFor, .xRequestID, .via: self = .unbounded
      case .host, .xForwardedHost, .xForwardedPort, .xForwardedProto: self = .none
      case .ifMatch, .ifModifiedSince, .ifNoneMatch, .ifRange, .ifUnmodifiedSince, .range: self = .none
      case .connection, .keepAlive, .proxyConnection, .proxyAuthorization, .te, .trailer, .transferEncoding, .upgrade,
        .contentLength, .expect, .maxForwards, .xOriginalURL, .xRewriteURL, .xHTTPMethodOverride, .proxy:
        self = .none
      case .other: self = name.firstIndex(of: UInt8(ascii: "_")) == nil ? .selects : .none
      default: self = .selects
      }
    }
  }
}
