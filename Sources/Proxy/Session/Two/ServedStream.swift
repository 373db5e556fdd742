import Bytes
import Time

/// One request of an HTTP/2 connection: its exchange, what of its body waits, and how far its answer has come.
struct ServedStream {
  /// 0 for a place that is free.
  var id: UInt32 = 0
  var exchange: Exchange?
  var isHEAD = false
  /// Octets of the field block, as it came.
  var headOctets = 0
  var pace = BodyPace(at: .never, expectsContinue: false)
  /// The client has ended the body.
  var isBodyWhole = true
  /// The exchange was told so, or will never be.
  var isBodyTold = true
  /// Octets of the body for which the exchange had no room: no more than the window that the client was given.
  var held = HeldOctets()
  /// Until when the client must have sent more of the body, or is asked for it.
  var bodyDeadline = Instant.distantFuture
  var isHeadWritten = false
  /// The kernel has the head.
  var isHeadSent = false
  /// All of the answer is in the output or beyond it.
  var isEnded = false
  /// Octets of the answer, with its frames.
  var octets: UInt64 = 0
  /// Since when the client has not let a frame of it go.
  var stalledSince = Instant.distantFuture

  func traffic(at now: Instant) -> RequestTraffic {
    RequestTraffic(
      octetsIn: UInt64(headOctets) + pace.octets, octetsOut: octets, bodyWait: pace.waited(at: now))
  }

  /// The place is free: in it stands what a new one begins with.
  mutating func clear() {
    (id, isHEAD, headOctets, isBodyWhole, isBodyTold) = (0, false, 0, true, true)
    (isHeadWritten, isHeadSent, isEnded, octets) = (false, false, false, 0)
    (bodyDeadline, stalledSince) = (.distantFuture, .distantFuture)
    pace = BodyPace(at: .never, expectsContinue: false)
    if !held.isEmpty { held = HeldOctets() }
    if exchange != nil { exchange = nil }
  }
}
