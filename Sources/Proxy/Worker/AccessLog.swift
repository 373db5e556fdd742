import Bytes
import EventLoop
import HTTP
import Telemetry

/// What the log thread is told.
public enum LogCommand: Sendable {
  /// Full buffers lie in the queue.
  case lines
  /// Close the file and open it again (it was moved away).
  case reopen
  /// Write what lies there and end.
  case stop
}

/// One worker's access log: lines are made here and leave in full buffers; it never waits for a disk. One thread.
public final class AccessLog {
  private var state: AccessLogState
  private let queue: LogQueue
  private let writer: Mailbox<LogCommand>

  public init(settings: AccessLogLine.Settings, isOn: Bool, queue: LogQueue, writer: Mailbox<LogCommand>) {
    state = AccessLogState(line: AccessLogLine(settings: settings), isOn: isOn)
    self.queue = queue
    self.writer = writer
  }

  /// Takes the settings of a new snapshot.
  func adopt(_ settings: AccessLogLine.Settings, isOn: Bool) {
    state.line.settings = settings
    state.isOn = isOn
  }

  /// Adds the line of an exchange that has ended.
  func append(
    _ record: borrowing RequestRecord, _ target: borrowing Target, why: String, requestID: borrowing RequestID,
    recorder: RouteRecorder, of facts: ConnectionFacts, in snapshot: WorkerSnapshot, at moment: Moment
  ) {
    let isFull = state.append(
      record, target, why: why, requestID: requestID, recorder: recorder, of: facts, in: snapshot, at: moment)
    if isFull { flush() }
  }

  /// Hands over what was written; once a second, and at the end.
  func flush() { if state.batch.flush(into: queue) { writer.post(.lines) } }
}

/// In one struct: one dynamic check of exclusivity a line.
private struct AccessLogState: ~Copyable {
  var line: AccessLogLine
  var batch = LogBatch()
  var isOn: Bool

  /// Whether the batch is to be handed over.
  mutating func append(
    _ record: borrowing RequestRecord, _ target: borrowing Target, why: String, requestID: borrowing RequestID,
    recorder: RouteRecorder, of facts: ConnectionFacts, in snapshot: WorkerSnapshot, at moment: Moment
  ) -> Bool {
    guard isOn else { return false }
    let server = record.server == RequestRecord.absent ? [] : snapshot.serverNameOctets(Int(record.server))
    let reason = why.isEmpty ? [] : Array(why.utf8)
    line.write(
      record,
      AccessLogFacts(
        id: requestID.digits.span, method: (Method(rawValue: record.method) ?? .other).text, host: target.host,
        path: target.path, query: target.queryOrNothing),
      connection: facts.logMembers, recorder: recorder, server: server.span, why: reason.span, at: moment.wall,
      to: &batch)
    return batch.isFull
  }
}

extension Target {
  /// Empty where there is none.
  fileprivate var queryOrNothing: Span<UInt8> {
    @_lifetime(borrow self) get {
      if let query { return query }
      return path.extracting(0..<0)
    }
  }
}
