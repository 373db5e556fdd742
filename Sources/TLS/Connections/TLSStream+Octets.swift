import Bytes
import EventLoop
import Glibc

extension TLSStream {
  /// Encrypts octets that lie together, and sends them. Returns as `write` of head and slices does.
  mutating func write(over socket: borrowing Socket, _ octets: Span<UInt8>, in buffers: BufferPool) -> WriteResult {
    guard state == .open, !hasClosed else { return .failed(EPIPE) }
    if hasPending {
      let sent = flush(over: socket)
      guard case .octets = sent else { return sent }
    }
    releaseBuffers(to: buffers, isOver: false)
    guard !octets.isEmpty else { return .octets(0) }
    var output = buffers.take(octets.count <= BufferSize.small.rawValue - Self.recordOverhead ? .small : .large)
    let result = encrypt(octets, through: &output, to: socket)
    if output.isEmpty { buffers.give(output) } else { pending = consume output }
    return result
  }

  private mutating func encrypt(
    _ octets: Span<UInt8>, through output: inout Buffer, to socket: borrowing Socket
  ) -> WriteResult {
    let total = Swift.min(octets.count, Self.writeLimit)
    var taken = 0
    while taken < total {
      while taken < total, output.room >= Self.leastRoom {
        let limit = Swift.min(Self.recordLimit, output.room - Self.recordOverhead, total - taken)
        let step = encrypt(octets.extracting(droppingFirst: taken), atMost: limit, into: &output)
        guard case .octets(let count) = step, count > 0 else {
          guard step == .failed else { return taken > 0 ? .octets(taken) : .wouldBlock }
          fail(.takeFromQueue())
          return .failed(EPROTO)
        }
        taken += count
      }
      switch send(&output, over: socket) {
      case .octets: continue
      case .wouldBlock: return .octets(taken)
      case .failed(let code):
        fail(.socket(code))
        return .failed(code)
      }
    }
    return .octets(taken)
  }
}
