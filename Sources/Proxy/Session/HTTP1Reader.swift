import Bytes
import HTTP

/// The parser of one request's head and the exchange that follows it, taken from the worker at the first octet and
/// given back at the request's end, so that an idle connection does without them.
final class HTTP1Reader {
  let exchange: Exchange
  private var parser: RequestHeadParser

  let limits: HeadLimits

  init(limits: HeadLimits, exchange: Exchange) {
    self.exchange = exchange
    self.limits = limits
    parser = RequestHeadParser(limits: limits)
  }

  /// - Parameter input: from the head's first octet; the same octets as before and more.
  /// - Returns: whether the head is whole.
  func readHead(_ input: borrowing Buffer) throws(HeadError) -> Bool { try parser.read(input) }

  func withHead(_ body: (borrowing RequestHead) -> Void) { body(parser.head) }

  func reset() { parser.reset() }
}
