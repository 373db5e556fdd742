import Configuration
import EventLoop
import Glibc

/// The listening sockets of all workers, by address. It opens them, workers hold them; none is closed while its
/// address stays configured, since its accept queue would be lost.
final class ListenerTable {
  private let workers: Int
  private var sockets: [String: [ListeningSocket]] = [:]

  /// - Parameter workers: 1 or more.
  init(workers: Int) { self.workers = workers }

  /// The sockets of each listener, one a worker; those that are there stay.
  ///
  /// - Throws: where one can't be bound; nothing has changed then.
  func open(_ listeners: [ListenerConfiguration]) throws(ListenerError) -> [[ListeningSocket]] {
    if sockets.isEmpty { try forEach(listeners, probe) }
    var opened: [String: [ListeningSocket]] = [:]
    var result: [[ListeningSocket]] = []
    try forEach(listeners) { listener throws(SystemError) in
      let key = Self.key(of: listener)
      let all = if let known = sockets[key] { known } else { try open(listener.bind) }
      opened[key] = all
      result.append(all)
    }
    sockets = opened
    return result
  }

  private func forEach(
    _ listeners: [ListenerConfiguration], _ body: (ListenerConfiguration) throws(SystemError) -> Void
  ) throws(ListenerError) {
    for (index, listener) in listeners.enumerated() {
      do throws(SystemError) { try body(listener) } catch {
        throw ListenerError(
          listener: listener.name, endpoint: listener.bind, error: error,
          path: [.key("listeners"), .item(index), .key("bind")])
      }
    }
  }

  /// Lets go of all: each closes when its worker has accepted who waits, and lets go of it too.
  func closeAll() { sockets = [:] }

  /// Port 0 is another port for each listener, and stays that over reloads; anything else is known by its address,
  /// whatever the listener is called now.
  private static func key(of listener: ListenerConfiguration) -> String {
    if case .tcp(_, 0) = listener.bind { return "\(listener.bind) \(listener.name)" }
    return "\(listener.bind)"
  }

  /// Another process of this user that shares its port, such as a second Yett, would get a part of the connections
  /// unnoticed. At the start, when nothing of ours is bound, the port is asked for without sharing.
  private func probe(_ listener: ListenerConfiguration) throws(SystemError) {
    if case .tcp(_, let port) = listener.bind, port != 0 { _ = try ListeningSocket(listener.bind, shared: false) }
  }

  private func open(_ endpoint: Endpoint) throws(SystemError) -> [ListeningSocket] {
    switch endpoint {
    case .unix:
      // One accept queue: a Unix path can be bound but once.
      return Array(repeating: try ListeningSocket(endpoint, shared: false), count: workers)
    case .tcp:
      var all = [try ListeningSocket(endpoint, shared: true)]
      while all.count < workers { all.append(try ListeningSocket(bind: all[0].address, shared: true)) }
      return all
    }
  }
}

extension ListeningSocket {
  /// As the configuration has it.
  convenience init(_ endpoint: Endpoint, shared: Bool, permissions: UInt32? = nil) throws(SystemError) {
    switch endpoint {
    case .unix(let path): try self.init(bind: .unix(path: path), shared: shared, permissions: permissions)
    case .tcp(let host, let port):
      guard let address = Address(host: host, port: UInt16(clamping: port)) else {
        throw SystemError("bind", code: 22)
      }
      try self.init(bind: address, shared: shared)
    }
  }
}

/// Why a listener can't be opened.
struct ListenerError: Error, CustomStringConvertible {
  let listener: String
  let endpoint: Endpoint
  let error: SystemError
  /// To the address in the configuration.
  let path: [ConfigurationPlaces.Step]

  var description: String {
    "listener `\(listener)` cannot listen on \(endpoint): \(error)" + (remedy.map { " (\($0))" } ?? "")
  }

  func refusal(at places: ConfigurationPlaces) -> ConfigurationError {
    ConfigurationError(diagnostics: [places.diagnostic(description, at: path)])
  }

  private var remedy: String? {
    switch (endpoint, error.code) {
    case (.tcp(_, let port), EADDRINUSE): "who does: `ss -ltnp sport = :\(port)`"
    case (.tcp(_, let port), EACCES) where port < 1_024:
      "ports below 1024 need root or CAP_NET_BIND_SERVICE; systemd gives it with AmbientCapabilities="
    case (.tcp, EADDRNOTAVAIL): "no interface of this machine has the address"
    case (.unix(let path), EADDRINUSE):
      "another process answers there; `yett status --socket \(path)` tells if it is Yett"
    case (.unix, ENOENT): "its folder is missing"
    case (.unix, ENAMETOOLONG): "a socket's path has 107 octets at most"
    case (.unix, EEXIST): "the file there is no socket"
    default: nil
    }
  }
}
