import HTTP

/// Why a request's body will not be whole.
enum RequestBodyFailure {
  case cutShort
  case malformed(BodyError)
  case tooSlow

  /// What the client is told if it still listens.
  var status: UInt16 {
    switch self {
    case .cutShort, .malformed: 400
    case .tooSlow: 408
    }
  }

  var why: String {
    switch self {
    case .cutShort: "the client ended the connection within the request's body"
    case .malformed(let error): error.description
    case .tooSlow: "the request's body came too slowly"
    }
  }
}
