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

  private static let octetsPerTurn = 262_144
  /// A head beyond it goes into a large buffer.
  private static let smallHead = BufferSize.small.rawValue - 1_024
  /// Octets of a body that are copied behind their head: `send` of one piece costs the kernel 0.3 µs less than `writev`
  /// of two, and the copy of 1 KiB less than 0.1.
  private static let copied = 4_096

  private var output = Buffer()
  private var version = Version.http11
  private var isHEAD = false
  private var framing: AnswerFraming
  private var isHeadWritten = false
  private var isHeadSent = false
  /// The socket takes nothing at the moment.
  private(set) var isBlocked = false
  /// Nothing but the connection's end says where this answer ends: an end that comes early must be a reset.
  var endsWithConnection: Bool { isHeadWritten && framing.form == .untilClose }
  /// Given to the kernel for this answer, heads and framing among them.
  private(set) var octets: UInt64 = 0

  init(in worker: Worker) { framing = AnswerFraming(tail: worker.chunkTail, last: worker.lastChunk) }

  mutating func begin(version: Version, isHEAD: Bool) {
    self.version = version
    self.isHEAD = isHEAD
    framing.begin(.plain)
    (isHeadWritten, isHeadSent, isBlocked) = (false, false, false)
    octets = 0
  }

  mutating func release(to buffers: BufferPool) { buffers.reclaim(&output) }

  /// Asks the client for the body that it holds back.
  mutating func appendContinue(buffers: BufferPool) {
    guard !isHeadWritten, version == .http11 else { return }
    buffers.supply(&output, .small)
    // Where it does not fit the client goes on by itself (RFC 9110 §10.1.1).
    do throws(WriteError) { try HTTP1Writer.continueHead(into: &output) } catch { return }
  }

  /// Sends what the exchange has and the socket takes, up to a turn's share.
  ///
  /// - Parameter keepsAlive: whether the connection may go on; set to `false` where this answer ends it.
  mutating func send(
    _ state: inout ExchangeCore, of exchange: Exchange, through transport: inout Transport, keepsAlive: inout Bool,
    isBodyWhole: Bool, loop: EventLoop, buffers: BufferPool, at moment: Moment
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
      state.proceed(at: moment, as: exchange)
      if !isHeadWritten {
        writeHeads(of: &state, &keepsAlive, isBodyWhole: isBodyWhole, buffers: buffers)
      }
      state.gathered.removeAll()
      if framing.form != .chunked, !output.isEmpty, isHeadWritten, !framing.isEnded,
        state.moveBody(to: &output, limit: Self.copied)
      {
        framing.end()
      } else if isHeadWritten, !framing.isEnded {
        let supply = state.gather(limit: framing.limit(Swift.max(budget, 1)))
        if supply == .cut {
          if framing.form == .untilClose { transport.abort() }
          return .cut
        }
        // A head is out and each chunk leaves before the next: there is room.
        do throws(WriteError) {
          try framing.frame(&state.gathered, isLast: supply == .last, into: &output, from: buffers)
        } catch { return .cut }
      }
      if output.isEmpty, state.gathered.octets == 0 {
        buffers.reclaim(&output)
        return isHeadWritten && framing.isEnded ? .whole : .waits
      }
      guard budget > 0 else { return .yields }
      let head = output.count
      switch transport.write(&output, state.gathered, buffers: buffers) {
      case .octets(let count):
        isBlocked = false
        budget -= count
        octets += UInt64(count)
        let taken = framing.took(count - Swift.min(count, head), rest: &output)
        if taken > 0 { state.consumed(taken) }
        if isHeadWritten, !isHeadSent, count >= head {
          isHeadSent = true
          state.answered(at: loop.readClock())
        }
        if framing.isEnded, output.isEmpty, !transport.hasPending {
          buffers.reclaim(&output)
          return .whole
        }
      case .wouldBlock:
        isBlocked = true
        return .waits
      case .failed: return .cut
      }
    }
  }

  private mutating func writeHeads(
    of state: inout ExchangeCore, _ keepsAlive: inout Bool, isBodyWhole: Bool, buffers: BufferPool
  ) {
    while state.hasInterim {
      buffers.supply(&output, .small)
      state.takeInterim { status, fields in
        // RFC 9110 §15.2: never to a client of HTTP/1.0. One that does not fit is no loss.
        guard version == .http11 else { return }
        do throws(WriteError) { try HTTP1Writer.interim(status: status, fields: fields, into: &output) } catch {
          return
        }
      }
    }
    guard state.hasHead else { return }
    if !isBodyWhole { keepsAlive = false }
    isHeadWritten = true
    let isWritten = state.withHead { head in
      if !isHEAD, head.length == .unknown { framing.begin(version == .http11 ? .chunked : .untilClose) }
      if framing.form == .untilClose || head.closes { keepsAlive = false }
      let size: BufferSize = head.octets + output.count < Self.smallHead ? .small : .large
      if size == .large { _ = buffers.enlarge(&output) }
      buffers.supply(&output, size)
      output.compact()
      return Self.write(head, framing: framing.form, isHEAD: isHEAD, keepsAlive, version: version, into: &output)
    }
    if !isWritten { state.abort() }
  }

  private static func write(
    _ head: borrowing AnswerHead, framing: AnswerFraming.Form, isHEAD: Bool, _ keepsAlive: Bool, version: Version,
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
          status: head.status, stored: stored, added: head.added, ownLimit: OwnFields.octetLimit, framing: field,
          connection: connection, into: &output
        ) { head.own.write(to: &$0) }
      }
      return true
    } catch {
      return false
    }
  }
}
