import Bytes
import EventLoop
import Glibc
import HTTP
import Time

/// Asks the administration of a running Yett over its socket, and waits for the answer: for commands.
public enum AdminClient {
  /// What came back.
  public struct Answer: Sendable {
    public let status: UInt16
    public let body: [UInt8]

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// One request, one answer. Blocks the thread that calls.
  ///
  /// - Parameters:
  ///   - method: GET or POST; POST sends an empty JSON object.
  ///   - target: path and query.
  ///   - asText: whether the answer is for people; JSON otherwise.
  ///   - socket: the path of the admin socket.
  ///   - patience: for the whole.
  public static func ask(
    _ method: Method, _ target: String, asText: Bool, socket: String, patience: Nanoseconds
  ) throws(AdminClientError) -> Answer {
    let call: AdminCall
    do throws(SystemError) {
      let loop = try EventLoop()
      call = AdminCall(try Socket.connect(to: .unix(path: socket)), request(method, target, asText: asText))
      try call.start(until: loop.now + patience, in: loop)
      loop.run()
    } catch {
      // Of a Unix socket: the queue of those who wait to be accepted is full.
      throw error.code == EAGAIN ? .busy : .unreachable(socket: socket, error)
    }
    switch call.outcome {
    case .success(let answer) where answer.status == 503 && answer.body == AdminAnswer.busy.body: throw .busy
    case .success(let answer): return answer
    case .failure(let error): throw error
    }
  }

  private static func request(_ method: Method, _ target: String, asText: Bool) -> [UInt8] {
    var text = "\(method.text) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    text += "Accept: \(asText ? "text/plain" : "application/json")\r\n"
    if method == .post {
      text += "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
    } else {
      text += "\r\n"
    }
    return Array(text.utf8)
  }
}

/// Why there is no answer.
public enum AdminClientError: Error, CustomStringConvertible {
  case unreachable(socket: String, SystemError)
  case busy
  case tooSlow
  case broken(String)

  public var description: String {
    switch self {
    case .unreachable(let socket, let error):
      "no Yett answers at \(socket): \(error)" + (Self.remedy(error.code).map { "; \($0)" } ?? "")
    case .busy: "the administration is busy; try again in a moment"
    case .tooSlow: "Yett did not answer in time"
    case .broken(let why): "Yett's answer cannot be read: \(why)"
    }
  }

  private static func remedy(_ code: Int32) -> String? {
    switch code {
    case ENOENT, ECONNREFUSED: "does it run? --config or --socket says which one is meant"
    case EACCES: "the user that Yett runs as may ask it, and that user's group"
    default: nil
    }
  }
}

/// The one connection of a command.
private final class AdminCall: EventTenant {
  private(set) var outcome = Result<AdminClient.Answer, AdminClientError>.failure(.tooSlow)
  private var core: AdminCallCore

  init(_ socket: consuming Socket, _ request: [UInt8]) { core = AdminCallCore(socket, request) }

  func start(until deadline: Instant, in loop: EventLoop) throws(SystemError) {
    let token = try loop.add(self, descriptor: core.descriptor)
    _ = loop.schedule(token, at: deadline)
  }

  func ready(_ readiness: Readiness, in loop: EventLoop) {
    guard let ended = core.advance(in: loop) else { return }
    outcome = ended
    loop.stop()
  }

  func timerFired(in loop: EventLoop) { loop.stop() }
}

private struct AdminCallCore: ~Copyable {
  private var socket: Socket
  private var rest: [UInt8]
  private var input = Buffer()
  private var parser = ResponseHeadParser()
  private var decoder: BodyDecoder?
  private var body: [UInt8] = []

  init(_ socket: consuming Socket, _ request: [UInt8]) {
    self.socket = socket
    rest = request
  }

  var descriptor: Int32 { socket.descriptor }

  /// `nil` while more has to come.
  mutating func advance(in loop: EventLoop) -> Result<AdminClient.Answer, AdminClientError>? {
    if !rest.isEmpty {
      switch socket.write(rest.span) {
      case .octets(let count): rest.removeFirst(count)
      case .wouldBlock: return nil
      // Who closes before it was asked has said why.
      case .failed(EPIPE), .failed(ECONNRESET): rest = []
      case .failed(let code): return .failure(.broken(SystemError.words(code)))
      }
    }
    loop.buffers.supply(&input, .large)
    while true {
      switch socket.read(into: &input) {
      case .octets: break
      case .wouldBlock: return nil
      case .end: return .failure(.broken("it was cut short"))
      case .failed(let code): return .failure(.broken(SystemError.words(code)))
      }
      do throws(HeadError) {
        if decoder == nil {
          guard try parser.read(input, answerTo: .get) else { continue }
          decoder = BodyDecoder(parser.head.framing)
          input.consume(parser.head.length)
        }
      } catch {
        return .failure(.broken(error.description))
      }
      do throws(BodyError) {
        if try readBody() { return .success(AdminClient.Answer(status: parser.head.status, body: body)) }
      } catch {
        return .failure(.broken(error.description))
      }
    }
  }

  /// Whether it is whole.
  private mutating func readBody() throws(BodyError) -> Bool {
    guard var decoder else { return false }
    defer { self.decoder = decoder }
    var position = 0
    while true {
      switch try decoder.read(input, from: &position) {
      case .octets(let range): body.append(range, of: input)
      case .end: return true
      case .more:
        input.clear()
        return false
      }
    }
  }
}
