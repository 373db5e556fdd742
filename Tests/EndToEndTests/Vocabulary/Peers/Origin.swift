/// A server behind Yett that says what the test has it say, in the test's own thread and order:
/// `client.send(…)`, `let inside = try origin.accept()`, `try inside.request()`, `try inside.send(…)`,
/// `client.answer()`.
final class Origin {
  let endpoint: Endpoint
  private let socket: Descriptor

  /// - Parameter endpoint: port 0 is one that is free.
  init(at endpoint: Endpoint = .port(0)) throws { (socket, self.endpoint) = try endpoint.listen() }

  /// The next connection from Yett.
  func accept(by deadline: Deadline = .patient) throws -> Connection {
    guard let accepted = try socket.accept(by: deadline) else { throw Unmet("nobody connected to the origin in time") }
    return Connection(accepted)
  }

  /// A connection that waits to be accepted now, if there is one.
  func waiting() throws -> Connection? { try socket.accept(by: Deadline(in: .zero)).map(Connection.init) }

  /// Accepts, reads a whole request, and answers it.
  @discardableResult
  func answer(_ text: String, by deadline: Deadline = .patient) throws -> (request: Request, connection: Connection) {
    let connection = try accept(by: deadline)
    let request = try connection.request(by: deadline)
    try connection.send(text)
    return (request, connection)
  }

  /// Stops to listen: whoever connects from now on is refused.
  func close() { socket.close() }

  /// A port at which nobody listens, at the time of asking.
  static func refusing() throws -> Endpoint {
    let origin = try Origin()
    defer { origin.close() }
    return origin.endpoint
  }
}

extension String {
  /// An answer with a length, as an origin says it.
  static func ok(_ body: String = "hello", _ fields: String..., status: String = "200 OK") -> String {
    let lines = (fields + ["Content-Length: \(body.utf8.count)"]).map { $0 + "\r\n" }.joined()
    return "HTTP/1.1 \(status)\r\n\(lines)\r\n\(body)"
  }

  /// A request of a client to the host `test.example`, with a length where there is a body.
  static func get(_ target: String = "/", _ fields: String..., method: String = "GET") -> String {
    let lines = (["Host: test.example"] + fields).map { $0 + "\r\n" }.joined()
    return "\(method) \(target) HTTP/1.1\r\n\(lines)\r\n"
  }

  static func post(_ body: String, to target: String = "/", _ fields: String...) -> String {
    let lines = (["Host: test.example", "Content-Length: \(body.utf8.count)"] + fields).map { $0 + "\r\n" }.joined()
    return "POST \(target) HTTP/1.1\r\n\(lines)\r\n\(body)"
  }
}
