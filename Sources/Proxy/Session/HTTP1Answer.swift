import Bytes
import EventLoop
import HTTP
import TLS

/// Sends one answer after the other over HTTP/1.1: pulls it out of the exchange, frames it, and remembers where the
/// socket stopped taking it.
struct HTTP1Answer: ~Copyable {
  enum Progress {
    /// For the exchange, or (`isBlocked`) for the socket.
    case waits
    /// A turn's share is sent; there may be more to send at once.
    case yields
    /// All of it is given to the kernel.
    case whole
    /// It can't be finished: the connection must end so that nobody takes it for whole.
    case cut
  }

  private enum Framing { case plain, chunked, untilClose }

  private static let octetsPerTurn = 262_144
  /// A head beyond it goes into a large buffer.
  private static let smallHead = BufferSize.small.rawValue - 1_024

  private var output = Buffer()
  private var version = Version.http11
  private var isHEAD = false
  private var framing = Framing.plain
  private var isHeadWritten = false
  private var isHeadSent = false
  /// All of the body, and what frames its end, is in `output` or beyond it.
  private var isEndWritten = false
  /// Octets that the chunk under way still promises.
  private var promised = 0
  /// The socket takes nothing at the moment.
  private(set) var isBlocked = false
  /// Given to the kernel for this answer, heads and framing among them.
  private(set) var octets: UInt64 = 0

  mutating func begin(version: Version, isHEAD: Bool) {
    self.version = version
    self.isHEAD = isHEAD
    framing = .plain
    (isHeadWritten, isHeadSent, isEndWritten, isBlocked) = (false, false, false, false)
    promised = 0
    octets = 0
  }

  mutating func release(to buffers: BufferPool) { buffers.reclaim(&output) }

  /// Asks the client for the body that it holds back.
  mutating func appendContinue(buffers: BufferPool) {
    guard !isHeadWritten, version == .http11 else { return }
    buffers.supply(&output, .small)
    output.append("HTTP/1.1 100 Continue\r\n\r\n")
  }

  /// Sends what the exchange has and the socket takes, up to a turn's share.
  ///
  /// - Parameter keepsAlive: whether the connection may go on; set to `false` where this answer ends it.
  mutating func send(
    _ exchange: Exchange, through transport: inout Transport, keepsAlive: inout Bool, isBodyWhole: Bool,
    worker: Worker
  ) -> Progress {
    var budget = Self.octetsPerTurn
    while true {
      if transport.hasPending {
        switch transport.flush() {
        case .octets: isBlocked = false
        case .wouldBlock:
          isBlocked = true
          return .waits
        case .failed: return .cut
        }
      }
      exchange.proceed(at: worker.moment)
      if !isHeadWritten {
        writeHeads(of: exchange, &keepsAlive, isBodyWhole: isBodyWhole, isDraining: worker.isDraining, worker.loop.buffers)
      }
      var slices = Slices()
      var supply = ExchangeSupply.more
      if isHeadWritten, !isEndWritten {
        supply = exchange.gather(into: &slices, limit: promised > 0 ? promised : Swift.max(budget, 1))
        if supply == .cut {
          if framing == .untilClose { transport.abort() }
          return .cut
        }
      }
      let body = slices.octets
      frame(&slices, isLast: supply == .last, worker: worker)
      if output.isEmpty, slices.octets == 0, !transport.hasPending { return isEndWritten ? .whole : .waits }
      guard budget > 0 else { return .yields }
      let head = output.count
      switch transport.write(&output, slices, buffers: worker.loop.buffers) {
      case .octets(let count):
        isBlocked = false
        budget -= count
        octets += UInt64(count)
        took(count - Swift.min(count, head), of: body, tail: slices.octets - body, isLast: supply == .last, exchange, worker)
        if isHeadWritten, !isHeadSent, output.isEmpty {
          isHeadSent = true
          exchange.answered(at: worker.loop.readClock())
        }
      case .wouldBlock:
        isBlocked = true
        return .waits
      case .failed: return .cut
      }
    }
  }

  private mutating func writeHeads(
    of exchange: Exchange, _ keepsAlive: inout Bool, isBodyWhole: Bool, isDraining: Bool, _ buffers: BufferPool
  ) {
    if exchange.hasInterim {
      buffers.supply(&output, .small)
      exchange.takeInterim { status, fields in
        // RFC 9110 §15.2: never to a client of HTTP/1.0. One that does not fit is no loss.
        guard version == .http11 else { return }
        do throws(WriteError) { try HTTP1Writer.interim(status: status, fields: fields, into: &output) } catch { return }
      }
    }
    guard exchange.hasHead else { return }
    if !isBodyWhole || isDraining { keepsAlive = false }
    isHeadWritten = true
    let isWritten = exchange.withHead { head in
      if !isHEAD, head.length == .unknown { framing = version == .http11 ? .chunked : .untilClose }
      if framing == .untilClose || head.closes { keepsAlive = false }
      let size: BufferSize = head.octets + output.count < Self.smallHead ? .small : .large
      if size == .large { _ = buffers.enlarge(&output) }
      buffers.supply(&output, size)
      return Self.write(head, framing: framing, isHEAD: isHEAD, keepsAlive, version: version, into: &output)
    }
    if !isWritten { exchange.abort() }
  }

  private static func write(
    _ head: borrowing AnswerHead, framing: Framing, isHEAD: Bool, _ keepsAlive: Bool, version: Version,
    into output: inout Buffer
  ) -> Bool {
    let field: BodyFraming? =
      switch head.length {
      case .none: nil
      case .octets(let count): .length(count)
      case .unknown: framing == .chunked ? .chunked : nil
      }
    let connection: ConnectionOption = keepsAlive ? (version == .http10 ? .keepAlive : .none) : .close
    do throws(WriteError) {
      try head.withStoredOctets { (stored) throws(WriteError) in
        try HTTP1Writer.response(
          status: head.status, stored: stored, added: head.added, framing: field, connection: connection,
          into: &output)
      }
      return true
    } catch {
      return false
    }
  }

  /// Puts the framing of the next chunk before and behind its octets.
  private mutating func frame(_ slices: inout Slices, isLast: Bool, worker: Worker) {
    guard isHeadWritten, !isEndWritten else { return }
    let body = slices.octets
    guard body > 0 else {
      guard isLast else { return }
      isEndWritten = true
      guard framing == .chunked else { return }
      worker.loop.buffers.supply(&output, .small)
      output.append(HTTP1Writer.lastChunk)
      return
    }
    guard framing == .chunked else { return }
    if promised == 0 {
      promised = body
      worker.loop.buffers.supply(&output, .small)
      // A head is out and each chunk leaves before the next: there is room.
      do throws(WriteError) { try HTTP1Writer.chunkHead(body, into: &output) } catch { return }
    }
    if body == promised { slices.append(isLast ? worker.lastChunk : worker.chunkTail) }
  }

  /// Counts off what the socket took of the body and of the framing behind it.
  private mutating func took(
    _ count: Int, of body: Int, tail: Int, isLast: Bool, _ exchange: Exchange, _ worker: Worker
  ) {
    let taken = Swift.min(count, body)
    if taken > 0 { exchange.consumed(taken) }
    guard taken == body else {
      if framing == .chunked { promised -= taken }
      return
    }
    if isLast { isEndWritten = true }
    guard framing == .chunked, body > 0 else { return }
    promised = 0
    // The rest of the framing goes first the next time.
    let missing = tail - (count - taken)
    let whole = isLast ? worker.lastChunk : worker.chunkTail
    if missing > 0 { whole.dropping(first: whole.count - missing).withSpan { _ = output.append($0) } }
  }
}
