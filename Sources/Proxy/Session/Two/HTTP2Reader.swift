import HTTP

/// Where the heads of an HTTP/2 connection are read to, and its answers' heads encoded: taken from the worker for an
/// event, so that an idle connection does without.
final class HTTP2Reader {
  private var head = RequestHeadReader()

  /// Lends it, at the cost of one dynamic check.
  @inline(__always) func withHead<Result>(_ body: (inout RequestHeadReader) -> Result) -> Result { body(&head) }
}
