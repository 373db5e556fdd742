import Bytes
import Testing

@testable import Telemetry

@Suite("Log queue: bounded, and never in a worker's way")
struct LogQueueTests {
  func add(_ line: String, to batch: inout LogBatch) {
    let octets = Array(line.utf8)
    batch.text.append(octets.span)
    batch.endLine()
  }

  func text(_ buffer: FullLogBuffer) -> String {
    var octets: [UInt8] = []
    buffer.withOctets { octets.append($0) }
    return String(decoding: octets, as: UTF8.self)
  }

  @Test("lines come out in order, and the reader is woken once for all that wait")
  func order() {
    let queue = LogQueue(limit: 3)
    var batch = LogBatch()
    var mustWake = batch.flush(into: queue)
    #expect(!mustWake)
    for (index, line) in ["one\n", "two\n", "three\n"].enumerated() {
      add(line, to: &batch)
      mustWake = batch.flush(into: queue)
      #expect(mustWake == (index == 0))
      let left = batch.text.count
      #expect(left == 0)
    }
    #expect(queue.take().map(text) == "one\n")
    #expect(queue.take().map(text) == "two\n")
    #expect(queue.take()?.lines == 1)
    #expect(queue.take() == nil)
    add("four\n", to: &batch)
    mustWake = batch.flush(into: queue)
    #expect(mustWake)
  }

  @Test("a full queue costs lines, which are counted, and no memory")
  func full() {
    let queue = LogQueue(limit: 2)
    var batch = LogBatch()
    for _ in 0..<5 {
      add("a\n", to: &batch)
      add("b\n", to: &batch)
      _ = batch.flush(into: queue)
      let left = (batch.lines, batch.text.count)
      #expect(left == (0, 0))
    }
    #expect(queue.linesLost == 6)
    if let buffer = queue.take() { queue.giveBack(buffer, lost: true) }
    #expect(queue.linesLost == 8)
    add("c\n", to: &batch)
    let mustWake = batch.flush(into: queue)
    #expect(!mustWake)
    #expect(queue.linesLost == 8)
  }

  @Test("the same buffers go round")
  func recycled() throws {
    let queue = LogQueue(limit: 2)
    var batch = LogBatch()
    var places: Set<UInt> = []
    for _ in 0..<20 {
      add("line\n", to: &batch)
      _ = batch.flush(into: queue)
      let buffer = try #require(queue.take())
      buffer.withOctets { octets in
        unsafe octets.withUnsafeBufferPointer { _ = places.insert(UInt(bitPattern: $0.baseAddress)) }
      }
      queue.giveBack(buffer)
    }
    // The batch's, and the one that it is exchanged for.
    #expect(places.count == 2)
  }

  @Test("a lost batch leaves an empty one")
  func lost() {
    let queue = LogQueue(limit: 1)
    var batch = LogBatch()
    for _ in 0..<12 {
      add("line\n", to: &batch)
      _ = batch.flush(into: queue)
      let (count, capacity) = (batch.text.count, batch.text.capacity)
      #expect(count == 0 && capacity == LogBatch.capacity)
    }
    #expect(queue.linesLost == 11)
    #expect(queue.take().map(text) == "line\n")
  }

  @Test("a batch is full while one more line fits")
  func mark() {
    var batch = LogBatch()
    let line = [UInt8](repeating: 0x61, count: LogBatch.fullMark - 1)
    batch.text.append(line.span)
    var isFull = batch.isFull
    #expect(!isFull)
    batch.text.append(line.span.extracting(..<1))
    isFull = batch.isFull
    #expect(isFull)
    #expect(LogBatch.fullMark + AccessLogLine.lineLimit <= LogBatch.capacity)
  }
}
