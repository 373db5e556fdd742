import Bytes
import EventLoop
import HTTP

/// Takes the answer to one request off the octets of its connection (RFC 9112 §4 to §8). Sans I/O: octets in, events
/// out, and no octet is looked at twice, however they are cut.
struct AnswerIntake: ~Copyable {
  enum Event: Equatable {
    /// `head` is a 1xx, of which more may come (RFC 9110 §15.2); its octets begin there.
    case interim(at: Int)
    /// `head` is the final one; its octets begin there.
    case head(at: Int)
    /// Octets of the body: a part of the input, never empty.
    case body(Range<Int>)
    /// The body is whole. What follows in the input belongs to nobody.
    case whole
    /// More is needed. Octets of a head that is not whole are not used yet; of a body all are.
    case more
  }

  /// How the origin came to send no more.
  enum End: Equatable {
    case orderly
    /// Over TLS without `close_notify`: whoever is between could have made that end (RFC 8446 §6.1).
    case unproven
    case broken(SystemError)
  }

  private enum State { case head, headTold, body, whole }

  /// Interim heads before a final one: beyond it the origin is taken for broken.
  static let interimLimit = 16

  private var state = State.whole
  private var parser = ResponseHeadParser(limits: HeadLimits())
  private var decoder = BodyDecoder(.none)
  private var method = Method.get
  private var interimHeads = 0
  /// Whether any octet of an answer has come.
  private(set) var hasBegun = false
  /// Whether the origin lets the connection be used again, once the answer is whole (RFC 9112 §9.3).
  private(set) var keepsAlive = false

  /// The head of the event that was told last.
  var head: ResponseHead { _read { yield parser.head } }

  /// Whether the final head was whole.
  var isInBody: Bool {
    switch state {
    case .body, .whole: true
    case .head, .headTold: false
    }
  }

  /// Another request went out.
  ///
  /// - Parameter method: an answer to HEAD has no body (RFC 9112 §6.3).
  mutating func begin(answerTo method: Method) {
    self.method = method
    state = .head
    (interimHeads, hasBegun, keepsAlive) = (0, false, false)
    parser.reset()
  }

  /// Reads on from `position`, which moves behind what was used. To be called until `more` or `whole`.
  ///
  /// - Parameter input: what was used before is not in it; of a head that was not whole it begins with the same octets.
  /// - Throws: what the client is to get; the connection is of no use then.
  mutating func read(_ input: borrowing Buffer, from position: inout Int) throws(UpstreamFailure) -> Event {
    switch state {
    case .headTold:
      parser.reset()
      state = .head
      return try readHead(input, from: &position)
    case .head: return try readHead(input, from: &position)
    case .body:
      do throws(BodyError) {
        switch try decoder.read(input, from: &position) {
        case .octets(let range): return .body(range)
        case .more: return .more
        case .end:
          state = .whole
          return .whole
        }
      } catch {
        throw .badAnswer(reason: "is malformed: \(error)")
      }
    case .whole: return .whole
    }
  }

  private mutating func readHead(
    _ input: borrowing Buffer, from position: inout Int
  ) throws(UpstreamFailure) -> Event {
    let octets = input.readable.extracting(droppingFirst: position)
    guard !octets.isEmpty else { return .more }
    hasBegun = true
    do throws(HeadError) {
      guard try parser.read(octets, answerTo: method) else { return .more }
    } catch {
      throw .badAnswer(reason: "is malformed: \(error)")
    }
    let start = position
    position += parser.head.length
    guard parser.head.isInterim else {
      state = .body
      decoder = BodyDecoder(parser.head.framing)
      keepsAlive = parser.head.keepsAlive
      return .head(at: start)
    }
    // RFC 9110 §15.2.2: nobody asked for another protocol.
    guard parser.head.status != 101 else { throw .badAnswer(reason: "switches protocols unasked") }
    interimHeads += 1
    guard interimHeads <= Self.interimLimit else { throw .badAnswer(reason: "has too many interim heads") }
    state = .headTold
    return .interim(at: start)
  }

  /// The origin sends no more. Returns where the answer is whole by that (RFC 9112 §6.3, §8, and §9.8 for TLS): the
  /// connection carries no other.
  mutating func inputEnded(_ end: End) throws(UpstreamFailure) {
    keepsAlive = false
    switch (state, end) {
    case (.head, .broken(let error)), (.headTold, .broken(let error)):
      throw hasBegun ? .cutShort : .brokenUnanswered(error)
    case (.head, .orderly), (.head, .unproven), (.headTold, .orderly), (.headTold, .unproven):
      throw hasBegun ? .cutShort : .closedUnanswered
    case (.body, .broken): throw .cutShort
    case (.body, .orderly), (.body, .unproven):
      do throws(BodyError) { try decoder.inputEnded() } catch { throw .cutShort }
      guard end == .orderly else { throw .unprovenEnd }
      state = .whole
    case (.whole, _): return
    }
  }
}
