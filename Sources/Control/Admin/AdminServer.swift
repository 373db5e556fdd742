import Configuration
import EventLoop
import Logging

/// The administration's HTTP server, on the control loop: few connections, short patience, small requests.
final class AdminServer {
  private let logger: Logger
  private var desk: AdminDesk?
  private var configuration = AdminConfiguration()
  private var doors: [String: AdminListener] = [:]
  private var sessions: [Int: AdminSession] = [:]
  private var lastNumber = 0

  init(logger: Logger) { self.logger = logger }

  /// Sockets that are open and not served yet: dropped, or handed to `adopt`.
  struct Prepared {
    fileprivate let configuration: AdminConfiguration
    fileprivate let sockets: [(key: String, name: String, socket: ListeningSocket)]
    /// What could not be opened, though nobody asked for it by name.
    let notices: [String]
  }

  /// Opens what is not open yet. Nothing changes for those who are served.
  ///
  /// - Throws: where an address that was configured can't be bound.
  func prepare(_ configuration: AdminConfiguration) throws(ListenerError) -> Prepared {
    var sockets: [(key: String, name: String, socket: ListeningSocket)] = []
    var notices: [String] = []
    // In this order they are told: `bind` first.
    if let endpoint = configuration.bind {
      sockets.append(("\(endpoint)", "admin", try open(endpoint, "admin.bind")))
    }
    if let path = configuration.socket {
      let endpoint = Endpoint.unix(path: path)
      sockets.append(("\(endpoint)", "admin.socket", try open(endpoint, "admin.socket")))
    } else {
      do throws(ListenerError) {
        if let path = AdminSocket.defaultPath {
          let endpoint = Endpoint.unix(path: path)
          AdminSocket.makeFolder()
          sockets.append(("\(endpoint)", "admin.socket", try open(endpoint, "admin.socket")))
        } else {
          notices.append("there is no admin socket: XDG_RUNTIME_DIR is not set; name one as `admin.socket`")
        }
      } catch {
        notices.append("there is no admin socket: \(error); name another one as `admin.socket`")
      }
    }
    return Prepared(configuration: configuration, sockets: sockets, notices: notices)
  }

  private func open(_ endpoint: Endpoint, _ name: String) throws(ListenerError) -> ListeningSocket {
    if let known = doors["\(endpoint)"] { return known.socket }
    do throws(SystemError) {
      return try ListeningSocket(endpoint, shared: false, permissions: 0o660)
    } catch {
      throw ListenerError(
        listener: name, endpoint: endpoint, error: error, path: name.split(separator: ".").map { .key(String($0)) })
    }
  }

  /// Serves what was prepared from now on, and nothing else; connections that are open stay.
  func adopt(_ prepared: Prepared, desk: AdminDesk, in loop: EventLoop) {
    self.desk = desk
    configuration = prepared.configuration
    var kept: [String: AdminListener] = [:]
    for (key, name, socket) in prepared.sockets {
      if let known = doors[key] {
        kept[key] = known
        continue
      }
      let door = AdminListener(socket, of: self)
      do throws(SystemError) { try door.start(in: loop) } catch {
        logger.error("the administration cannot be served at \(key): \(error)")
        continue
      }
      kept[key] = door
      logger.info("ready listener=\(name) address=\(socket.address)")
    }
    for (key, door) in doors where kept[key] == nil { door.close(in: loop) }
    doors = kept
  }

  /// At the end: no more connections, no more answers.
  func close(in loop: EventLoop) {
    for door in doors.values { door.close(in: loop) }
    doors = [:]
    for session in sessions.values { session.end(in: loop) }
  }

  // MARK: Sessions

  func accepted(_ socket: consuming Socket, through door: AdminAccess.Door, in loop: EventLoop) {
    let others = sessions.values.count { $0.door.sharesBudget(with: door) }
    guard others < AdminAccess.Door.sessionLimit else {
      var core = AdminSessionCore(socket, door: door)
      return core.turnAway(in: loop)
    }
    lastNumber += 1
    let session = AdminSession(socket, number: lastNumber, door: door, of: self)
    do throws(SystemError) { try session.start(in: loop) } catch {
      logger.warning("a connection to the administration cannot be served: \(error)")
      return
    }
    sessions[session.number] = session
  }

  func ended(_ session: AdminSession) { sessions[session.number] = nil }

  /// - Returns: the answer; `nil` where it comes later, by `answer(connection:with:)`.
  func answer(
    _ request: AdminRequest, through door: AdminAccess.Door, connection: Int, in loop: EventLoop
  ) -> AdminAnswer? {
    if let refusal = AdminAccess.refusal(of: request, through: door, token: configuration.token) {
      return refusal.answer
    }
    return desk?.answer(request, connection: connection, in: loop) ?? nil
  }

  /// The answer that came later; nothing where the client is gone.
  func answer(connection: Int, with outcome: ReloadOutcome, in loop: EventLoop) {
    guard let session = sessions[connection] else { return }
    session.answer(with: outcome, in: loop)
  }
}
