import Bytes

/// What octets of a client came to.
public enum HTTP2Event: Equatable, Sendable {
  /// Nothing more without octets beyond those that were handed in.
  case more
  /// The output has no room for replies any more: call again when it has.
  case full
  /// A head was malformed, and its stream reset.
  case malformedHead
  /// A request begins: its head is in the reader until the next call.
  ///
  /// - Parameter isEnded: it has no body.
  case request(slot: Int, isEnded: Bool)
  /// A request whose head is answered with an error of Yett's own.
  case refused(slot: Int, HeadError)
  /// Octets of a request's body, by their places in the input. They count as taken when `took` is called.
  case body(slot: Int, Range<Int>, isEnded: Bool)
  /// The request's body was whole.
  case ended(slot: Int)
  /// A stream ended early: nothing more may be sent on it, and its place is held until `release`.
  case reset(slot: Int, HTTP2Reset)
  /// A request has ended whose answer was whole before: to be released.
  case over(slot: Int)
  /// A window was opened: who waited may send.
  case opened
  /// The client has read what was sent before `beginDrain`: no request is on its way that it does not know of.
  case drainHeard
  /// The connection can't go on: a GOAWAY was written, to be sent before it is closed.
  case failed(HTTP2Failure)
}

/// Why a stream ended early.
public enum HTTP2Reset: Equatable, Sendable {
  /// The client took it back.
  case byClient
  /// The client's own error, which it was told.
  case malformed(HTTP2ErrorCode)
}

/// Why a connection ends.
public struct HTTP2Failure: Error, Equatable, Sendable {
  public var code: HTTP2ErrorCode
  /// In words, for the log.
  public var why: StaticString
  /// What there was too much of.
  public var flood: HTTP2Flood?

  public init(_ code: HTTP2ErrorCode, _ why: StaticString) { (self.code, self.why) = (code, why) }

  public init(_ flood: HTTP2Flood) { (code, why, self.flood) = (.enhanceYourCalm, flood.label, flood) }

  public static func == (one: HTTP2Failure, other: HTTP2Failure) -> Bool {
    one.code == other.code && one.flood == other.flood && one.why.description == other.why.description
  }
}
