/// Why a head of HTTP/2 is malformed (RFC 9113 §8.1.1): a stream error of type PROTOCOL_ERROR.
public enum HeadFault: UInt8, Hashable, Sendable, CustomStringConvertible, CaseIterable, BitwiseCopyable {
  case badFieldName
  case controlInField
  case spaceAroundValue
  case unknownPseudoField
  case repeatedPseudoField
  case pseudoFieldBehindFields
  case pseudoFieldInTrailers
  case missingPseudoField
  case connectWithTarget
  case badMethod
  case otherScheme
  case badPath
  case badAuthority
  case missingHost
  case repeatedHost
  case otherHost
  case connectionField
  case badTE
  case badLength
  case repeatedLength
  case lengthWithoutBody

  /// In words, for the log.
  public var description: String {
    switch self {
    case .badFieldName: "a field name is empty, has an upper-case letter or is no token"
    case .controlInField: "a field has a control character"
    case .spaceAroundValue: "a field value begins or ends with white space"
    case .unknownPseudoField: "there is a pseudo-field that no request has"
    case .repeatedPseudoField: "a pseudo-field is repeated"
    case .pseudoFieldBehindFields: "a pseudo-field stands behind a field"
    case .pseudoFieldInTrailers: "a pseudo-field stands among trailers"
    case .missingPseudoField: ":method, :scheme or :path is missing, or :authority of CONNECT"
    case .connectWithTarget: "CONNECT has a :scheme or a :path"
    case .badMethod: ":method is no token"
    case .otherScheme: ":scheme is not the connection's"
    case .badPath: ":path is neither a path nor the * of OPTIONS"
    case .badAuthority: ":authority names no host"
    case .missingHost: "there is neither :authority nor host"
    case .repeatedHost: "host is repeated"
    case .otherHost: "host names another host than :authority, or none"
    case .connectionField: "a field speaks of the connection"
    case .badTE: "te is not \"trailers\""
    case .badLength: "content-length is no number"
    case .repeatedLength: "content-length is repeated"
    case .lengthWithoutBody: "content-length says that a body follows, and none does"
    }
  }
}
