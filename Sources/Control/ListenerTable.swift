import Configuration
import EventLoop

/// The listening sockets of all workers, by address. It opens them, workers hold them; none is closed while its
/// address stays configured, since its accept queue would be lost.
final class ListenerTable {
  private let workers: Int
  private var sockets: [String: [ListeningSocket]] = [:]

  init(workers: Int) { self.workers = workers }

  /// The sockets of each listener, one a worker; those that are there stay.
  ///
  /// - Throws: where one can't be bound; nothing has changed then.
  func open(_ listeners: [ListenerConfiguration]) throws(ListenerError) -> [[ListeningSocket]] {
    var opened: [String: [ListeningSocket]] = [:]
    var result: [[ListeningSocket]] = []
    for listener in listeners {
      // By name too: port 0 is another port for each listener, and stays that over reloads.
      let key = "\(listener.bind) \(listener.name)"
      do throws(SystemError) {
        let all: [ListeningSocket]
        if let known = sockets[key] { all = known } else { all = try open(listener) }
        opened[key] = all
        result.append(all)
      } catch {
        throw ListenerError(listener: listener.name, endpoint: "\(listener.bind)", error: error)
      }
    }
    sockets = opened
    return result
  }

  private func open(_ listener: ListenerConfiguration) throws(SystemError) -> [ListeningSocket] {
    switch listener.bind {
    case .unix(let path):
      // One accept queue: a Unix path can be bound but once.
      let socket = try ListeningSocket(bind: .unix(path: path), shared: false)
      return Array(repeating: socket, count: workers)
    case .tcp(let host, let port):
      guard let address = Address(host: host, port: UInt16(clamping: port)) else {
        throw SystemError("bind", code: 22)
      }
      var all = [try ListeningSocket(bind: address, shared: true)]
      while all.count < workers { all.append(try ListeningSocket(bind: all[0].address, shared: true)) }
      return all
    }
  }
}

/// Why a listener can't be opened.
struct ListenerError: Error, CustomStringConvertible {
  let listener: String
  let endpoint: String
  let error: SystemError

  var description: String { "listener `\(listener)` cannot listen on \(endpoint): \(error)" }
}
