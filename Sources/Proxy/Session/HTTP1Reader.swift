import Bytes
import HTTP

/// The parser of one request's head, taken from the worker at its first octet and given back at the request's end, so
/// that an idle connection does without its table of fields.
final class HTTP1Reader {
  private var parser: RequestHeadParser

  let limits: HeadLimits

  init(limits: HeadLimits) {
    self.limits = limits
    parser = RequestHeadParser(limits: limits)
  }

  /// - Parameter input: from the head's first octet; the same octets as before and more.
  /// - Returns: whether the head is whole.
  func readHead(_ input: borrowing Buffer) throws(HeadError) -> Bool { try parser.read(input) }

  func withHead(_ body: (borrowing RequestHead) -> Void) { body(parser.head) }

  func reset() { parser.reset() }
}
