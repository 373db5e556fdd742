import Bytes
import HTTP
import TLS
import Telemetry
import Time

/// How a connection's streams end, when their places are free, and how it ends itself.
extension HTTP2SessionCore {
  /// A stream's answer is with the kernel: its exchange ends. The rest of its request may still come.
  mutating func settle(_ slot: Int, answeredAt now: Instant, in worker: Worker, at moment: Moment) {
    guard let exchange = streams[slot].exchange else { return }
    let isHead = streams[slot].isHeadWritten && !streams[slot].isHeadSent
    streams[slot].isHeadSent = true
    guard streams[slot].isEnded else {
      if isHead { exchange.withState { $0.answered(at: now) } }
      return
    }
    let traffic = streams[slot].traffic(at: moment.now)
    exchange.withState { state in
      if isHead { state.answered(at: now) }
      state.finish(.answered, traffic, of: facts, to: worker.log, at: moment, as: exchange)
    }
    streams[slot].exchange = nil
    exchange.detach()
    worker.give(exchange)
    if connection.isReceiving(slot) {
      streams[slot].bodyDeadline = moment.now + Self.lateBody
    } else {
      release(slot, in: worker)
    }
  }

  /// Lets go of a stream whose answer will not become whole.
  mutating func leave(_ slot: Int, _ ending: Ending, in worker: Worker, at moment: Moment) {
    guard let exchange = streams[slot].exchange.take() else { return }
    exchange.detach()
    let traffic = streams[slot].traffic(at: moment.now)
    let feeder = exchange.withState { state in
      let feeder = state.feeder
      state.finish(ending, traffic, of: facts, to: worker.log, at: moment, as: exchange)
      return feeder
    }
    worker.give(exchange)
    if let feeder, feeder.isFetching, phase == .open { return leftFills.append((slot, feeder)) }
    release(slot, in: worker)
  }

  /// The place of what is told of a stream may be taken by another from now on.
  mutating func release(_ slot: Int, in worker: Worker) {
    guard phase == .open else { return streams[slot].clear() }
    // A client that takes nothing, and has filled even the place for replies, would not hear of it.
    if !makeRoom(HTTP2Connection.replyRoom, in: worker) { isBroken = true }
    connection.release(slot, into: &output)
    streams[slot].clear()
  }

  /// Frees the places of streams whose fills have come to an end since.
  mutating func releaseLeftFills(in worker: Worker) {
    var index = 0
    while index < leftFills.count {
      if leftFills[index].feeder.isFetching {
        index += 1
      } else {
        release(leftFills.remove(at: index).slot, in: worker)
      }
    }
  }

  // MARK: Lingering

  mutating func linger(in worker: Worker, at now: Instant) -> Outcome {
    guard !isBroken else { return .ends }
    phase = .lingering
    transport.finishWriting()
    deadline.set(lingering.begin(at: now), of: token, in: worker.loop)
    return drop(in: worker)
  }

  mutating func drop(in worker: Worker) -> Outcome {
    switch lingering.drop(from: &transport, through: &input, &isReadable, isEnding: isEnding, in: worker) {
    case .waits: return .goesOn
    case .yields:
      worker.loop.post(token)
      return .goesOn
    case .over: return .ends
    }
  }
}
