/// Why a target is refused, always with 400. What an origin could read as another path than Yett does is refused
/// rather than guessed.
public enum TargetError: Error, Hashable, Sendable, CustomStringConvertible, CaseIterable {
  case form
  case otherScheme
  case badHost
  case badEscape
  case badOctet
  case dotSegment
  case tooLong

  public var status: UInt16 { 400 }

  public var description: String {
    switch self {
    case .form: "the target is neither a path nor an absolute URI"
    case .otherScheme: "the target's scheme is not the connection's"
    case .badHost: "the target names no host"
    case .badEscape: "the path has a percent sign that no two hex digits follow, or an encoded NUL"
    case .badOctet: "the target has an octet that may not stand there"
    case .dotSegment: "the path has a segment . or .."
    case .tooLong: "the target exceeds \(Target.octetLimit) octets"
    }
  }
}
