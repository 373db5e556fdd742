import Bytes
import HTTP
import Time

/// How far a request's body has come over HTTP/1.1, and how long the client was waited for.
struct RequestBodyIntake: ~Copyable {
  private var decoder = BodyDecoder(.none)
  var pace = BodyPace(at: .never, expectsContinue: false)
  /// Nothing more of it is wanted or will come.
  private(set) var isComplete = true
  /// It was cut short, refused or failed: the connection has no next request.
  private(set) var isAbandoned = false

  mutating func begin(_ framing: BodyFraming, at now: Instant, expectsContinue: Bool) {
    decoder = BodyDecoder(framing)
    isComplete = framing.isEmpty
    isAbandoned = false
    pace = BodyPace(at: now, expectsContinue: expectsContinue && !isComplete)
  }

  /// - Parameter room: octets that may be read on, 1 or more.
  mutating func read(
    _ input: borrowing Buffer, from position: inout Int, atMost room: Int
  ) throws(BodyError) -> BodyDecoder.Event {
    let event = try decoder.read(input, from: &position, limit: room)
    switch event {
    case .octets(let range):
      pace.octets += UInt64(range.count)
      // A declared length ends with its last octet: no more may come to tell it.
      isComplete = decoder.isComplete
    case .end: isComplete = true
    case .more: break
    }
    return event
  }

  mutating func abandon() {
    isAbandoned = true
    pace.askedForBody()
  }
}
