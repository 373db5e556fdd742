import Foundation
import Synchronization

/// A server behind Yett with threads of its own, for tests in which it has to answer whenever it is asked: under
/// health checks, to many clients at once.
final class AutomaticOrigin {
  let endpoint: Endpoint
  private let record: Record
  private let listening: Descriptor

  /// What its threads and the test share.
  private final class Record: Sendable {
    let answer: @Sendable (Request) -> String
    let requests = Mutex<[Request]>([])
    let isOver = Mutex(false)
    /// Gets an octet for every request.
    let news: Int32
    init(news: Int32, answer: @escaping @Sendable (Request) -> String) { (self.news, self.answer) = (news, answer) }
  }

  private let news: Descriptor
  private let newsWriter: Descriptor

  /// - Parameter answer: the whole answer to a request, on any thread; one that says `Connection: close` ends the
  ///   connection, an empty one ends it without an answer.
  init(at endpoint: Endpoint = .port(0), answer: @escaping @Sendable (Request) -> String) throws {
    (listening, self.endpoint) = try endpoint.listen()
    (news, newsWriter) = try Program.pipe()
    record = Record(news: newsWriter.number, answer: answer)
    let number = try Descriptor(dup(listening.number), "dup").released()
    Thread.detachNewThread { [record] in Self.accept(on: number, record) }
  }

  deinit { close() }

  /// Stops to listen and to answer.
  func close() {
    record.isOver.withLock { $0 = true }
    _ = shutdown(listening.number, Int32(SHUT_RDWR))
    listening.close()
  }

  var requests: [Request] { record.requests.withLock { $0 } }

  func requests(to target: String) -> [Request] { requests.filter { $0.target == target } }

  /// Waits until it was asked what `isMet` wants to see.
  func wait(by deadline: Deadline = .patient, until isMet: ([Request]) -> Bool) throws {
    while !isMet(requests) {
      guard news.isReadable(by: deadline) else { throw Unmet("the origin was asked \(requests.count) times in time") }
      _ = news.read()
    }
  }

  private static func accept(on number: Int32, _ record: Record) {
    guard let listening = try? Descriptor(number, "dup") else { return }
    while !record.isOver.withLock({ $0 }) {
      guard let accepted = try? listening.accept(by: Deadline(in: .seconds(60))) else { continue }
      let number = accepted.released()
      Thread.detachNewThread { serve(number, record) }
    }
  }

  private static func serve(_ number: Int32, _ record: Record) {
    guard let socket = try? Descriptor(number, "accepted") else { return }
    let connection = Connection(socket)
    while let request = try? connection.request(by: Deadline(in: .seconds(60))) {
      guard !record.isOver.withLock({ $0 }) else { return }
      record.requests.withLock { $0.append(request) }
      _ = unsafe write(record.news, "!", 1)
      let answer = record.answer(request)
      guard !answer.isEmpty, (try? connection.send(answer)) != nil, !answer.contains("Connection: close") else {
        return
      }
    }
  }
}
