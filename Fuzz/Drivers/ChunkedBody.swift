import Bytes
import HTTP

private enum Outcome: Equatable {
  /// The body's octets, and how many of the connection's were used.
  case whole([UInt8], Int)
  case unfinished([UInt8])
  case refused(BodyError)
}

private func outcome(_ octets: [UInt8], _ ends: [Int], _ framing: BodyFraming) -> Outcome {
  var decoder = BodyDecoder(framing)
  var body: [UInt8] = []
  var start = 0
  do throws(BodyError) {
    for end in ends {
      let input = octets.span.extracting(start..<end)
      var position = 0
      reading: while true {
        switch try decoder.read(input, from: &position) {
        case .octets(let range): body.append(input.extracting(range))
        case .end: return .whole(body, start + position)
        case .more:
          check(position == input.count, "more is asked for when all is used")
          break reading
        }
      }
      start = end
    }
  } catch {
    return .refused(error)
  }
  check((try? decoder.inputEnded()) == nil, "a body that is cut short is never whole")
  return .unfinished(body)
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  withOctets(data, count) { octets in
    let length = BodyFraming.length(UInt64(octets.first ?? 0))
    for framing in [BodyFraming.chunked, length] {
      let whole = outcome(octets, [octets.count], framing)
      for ends in cuts(of: octets) { check(outcome(octets, ends, framing) == whole, "the same wherever it is cut") }
      // Sent on in chunks of ours, it is the same body.
      guard case .whole(let body, let used) = whole else { continue }
      check(used <= octets.count, "no more is used than there is")
      var buffer = BufferPool().take(.large)
      try? HTTP1Writer.chunkHead(body.count, into: &buffer)
      buffer.append(body.span)
      if !body.isEmpty { buffer.append(HTTP1Writer.chunkTail) }
      buffer.append(HTTP1Writer.lastChunk)
      let sent = array(buffer.readable)
      check(outcome(sent, [sent.count], .chunked) == .whole(body, sent.count), "what is written is read")
    }
  }
}
