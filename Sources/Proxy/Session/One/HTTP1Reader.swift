import Bytes
import HTTP

/// The parser of one request's head and the exchange that follows it, taken from the worker at the first octet and
/// given back at the request's end, so that an idle connection does without them.
final class HTTP1Reader {
  let exchange: Exchange
  let limits: HeadLimits
  private var parser: RequestHeadParser

  init(limits: HeadLimits, exchange: Exchange) {
    self.exchange = exchange
    self.limits = limits
    parser = RequestHeadParser(limits: limits)
  }

  /// - Parameters:
  ///   - input: from the head's first octet; the same octets as before and more.
  ///   - whole: gets the head once it is whole; the parser is reset behind it.
  /// - Returns: whether the head was whole.
  @inline(__always) func readHead(
    _ input: borrowing Buffer, whole: (borrowing RequestHead) -> Void
  ) throws(HeadError) -> Bool {
    try Self.read(&parser, input, whole: whole)
  }

  /// In one access of the parser.
  @inline(__always) private static func read(
    _ parser: inout RequestHeadParser, _ input: borrowing Buffer, whole: (borrowing RequestHead) -> Void
  ) throws(HeadError) -> Bool {
    guard try parser.read(input) else { return false }
    whole(parser.head)
    parser.reset()
    return true
  }

  /// Whether nothing of a head has come but whole empty lines.
  var isIdle: Bool { parser.isIdle }

  /// Forgets a head that was not read whole.
  func reset() { parser.reset() }
}
