/// One stream, as frames know it (RFC 9113 §5.1).
struct HTTP2Stream {
  /// 0 for a place that is free.
  var id: UInt32 = 0
  /// The client may send more of its request.
  var isReceiving = false
  /// The answer was not ended.
  var isSending = false
  /// Neither side sends any more, and its place is still held.
  var isClosed: Bool { !isReceiving && !isSending }
  var sendWindow = FlowWindow(0)
  var receiveWindow = ReceiveWindow(0)
  /// Octets of its body that were handed on, and that nobody took yet.
  var untaken = 0
  /// Octets of the body that its `Content-Length` still promises; `nil` where it has none.
  var promised: UInt64?
  var priority = Priority()
  /// There are octets of its answer to be sent.
  var isReady = false
  /// When it was served last, as a count of frames.
  var served: UInt64 = 0
}
