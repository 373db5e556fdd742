/// Why a head can't be sent. Nothing of it is in the buffer then.
public enum WriteError: Error, Hashable, Sendable, CustomStringConvertible, CaseIterable {
  /// The buffer has no room for the whole head: take a large one, or wait until it is empty.
  case noRoom
  case badMethod
  case badTarget
  case badHost
  case badStatus
  /// The fields bring a framing or connection field, which only the serialiser writes.
  case reservedField
  /// A request can't end with its connection.
  case badFraming
  /// HTTP/2's field coder failed: nothing more can be sent over its connection.
  case coderFailed

  public var description: String {
    switch self {
    case .noRoom: "the head does not fit into its buffer"
    case .badMethod: "the method is no token"
    case .badTarget: "the target has a space or a control character"
    case .badHost: "the host has a space or a control character"
    case .badStatus: "the status is not of three digits"
    case .reservedField: "the fields say how the message is framed"
    case .badFraming: "a request's body can't end with its connection"
    case .coderFailed: "the field coder of the connection failed"
    }
  }
}
