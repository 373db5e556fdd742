import Bytes
import CNghttp2
import HTTP

/// The input as blocks of one connection: before each stand an octet of what it is and one of its length.
private func blocks(_ octets: [UInt8]) -> [(kind: UInt8, block: [UInt8])] {
  var blocks: [(UInt8, [UInt8])] = []
  var position = 0
  while position + 2 <= octets.count, blocks.count < 64 {
    let (start, kind) = (position + 2, octets[position])
    // A length of 255 is the rest.
    let end = octets[position + 1] == 255 ? octets.count : min(octets.count, start + Int(octets[position + 1]))
    blocks.append((kind, Array(octets[start..<end])))
    position = end
  }
  return blocks
}

/// What the decoder says of each block.
private func outcomes(_ blocks: [(kind: UInt8, block: [UInt8])], cut: (Int) -> [Int]) -> [String] {
  var decoder = RequestHeadDecoder(
    scheme: .https, limits: HeadLimits(requestLineOctets: 300, sectionOctets: 1_500, fields: 20))
  let buffers = BufferPool()
  var lines: [String] = []
  var octets = Buffer()
  var head = RequestHead()
  defer { buffers.reclaim(&octets) }
  do throws(HPACKError) {
    for (kind, block) in blocks {
      var start = 0
      let ends = cut(block.count)
      for (index, end) in ends.enumerated() {
        let (fragment, isLast) = (block.span.extracting(start..<end), index == ends.count - 1)
        start = end
        let progress: FieldBlockProgress
        switch kind & 3 {
        case 0, 1:
          progress = try decoder.read(
            fragment, isLast: isLast, endsStream: kind & 1 == 0, into: &octets, from: buffers, &head)
          if progress == .whole { lines += describe(head, octets.readable) }
        case 2: progress = try decoder.readTrailers(fragment, isLast: isLast)
        default:
          try decoder.skip(fragment, isLast: isLast)
          progress = isLast ? .whole : .more
        }
        check((progress == .more) == !isLast, "more is said until the last fragment")
        if isLast { lines.append("\(progress)") }
      }
    }
  } catch {
    lines.append("\(error)")
  }
  return lines
}

private func describe(_ head: borrowing RequestHead, _ octets: Span<UInt8>) -> [String] {
  var lines = [
    "\(head.method) \(array(octets[clamped: head.methodName])) \(array(octets[clamped: head.target])) \(head.length)",
    "\(head.framing) \(head.keepsAlive) \(head.expectsContinue) \(array(octets[clamped: head.host]))",
  ]
  for index in 0..<head.fields.count {
    let slot = head.fields[index]
    lines.append("\(array(octets[clamped: slot.name])): \(array(octets[clamped: slot.value])) \(slot.known)")
  }
  return lines
}

/// A head that is let through is one that HTTP/1 would have let through as well, and says the same there.
private func forward(_ head: borrowing RequestHead, _ octets: Span<UInt8>, _ answers: Answers) {
  var fields = FieldBlock()
  let copied: Void? = try? fields.append(head.fields, of: octets) { slot in
    slot.known != .host && !head.isHopByHop(slot, octets: octets)
  }
  check(copied != nil, "a head that was read can be copied")
  let (method, target) = (array(octets[clamped: head.methodName]), array(octets[clamped: head.target]))
  let host = array(octets[clamped: head.host])
  check(!host.isEmpty, "there is a host")
  var buffer = BufferPool().take(.large)
  let written: Void? = try? HTTP1Writer.request(
    method: method.span, target: target.span, host: host.span, fields: fields, framing: head.framing, close: false,
    into: &buffer)
  check(written != nil, "a head that was read can be written")
  let sent = array(buffer.readable)
  var origin = RequestHeadParser(limits: HeadLimits(requestLineOctets: 16_384, sectionOctets: 49_000))
  let isWhole: Bool?
  do throws(HeadError) { isWhole = try origin.read(sent.span) } catch {
    return check(error == .tooManyFields, "what is written is read: \(error)")
  }
  check(isWhole == true && origin.head.length == sent.count, "what is written is one head")
  check(origin.head.framing == head.framing && origin.head.method == head.method, "method and framing stay")
  check(array(sent.span[clamped: origin.head.target]) == target, "the target stays")
  let framingFields = head.framing == .none ? 0 : 1
  check(origin.head.fields.count == fields.slots.count + 1 + framingFields, "no field comes or goes")
  for index in 0..<fields.slots.count {
    let (slot, own) = (origin.head.fields[index + 1], fields.slots[index])
    check(
      array(sent.span[clamped: slot.name]) == array(fields.octets.span[clamped: own.name])
        && array(sent.span[clamped: slot.value]) == array(fields.octets.span[clamped: own.value])
        && slot.known == own.known, "each field stays")
  }
  var trip = Target()
  let first: Void? = try? trip.assign(head, octets, scheme: .https)
  var again = Target()
  let second: Void? = try? again.assign(origin.head, sent.span, scheme: .https)
  let isSame =
    array(trip.pathAndQuery) == array(again.pathAndQuery) && array(trip.authority) == array(again.authority)
  check((first == nil) == (second == nil) && isSame || head.method == .connect, "the target reads the same")
  answers.write(fields)
}

/// One connection's answers, and nghttp2 as the client.
private final class Answers {
  private var encoder = ResponseHeadEncoder()
  private var coder: OpaquePointer?

  init() { check(nghttp2_hd_inflate_new(&coder) == 0, "nghttp2 has memory") }
  deinit { nghttp2_hd_inflate_del(coder) }

  /// What a client says of its table, now and then.
  func turn(_ kind: UInt8) {
    guard kind >= 0xE0 else { return }
    let size = UInt32(kind & 0x1F) * 150
    encoder.setTableLimit(size)
    nghttp2_hd_inflate_change_table_size(coder, Int(size))
  }

  /// The fields of a head, as those of an answer.
  func write(_ fields: FieldBlock) {
    for _ in 0..<2 {
      var buffer = BufferPool().take(.large)
      let written: Void? = try? encoder.response(
        status: 302, stored: fields, added: FieldBlock(), length: 7, ownLimit: 40, into: &buffer
      ) { output in output.append(literal: .age, "1") }
      check(written != nil, "fields that were read can be sent")
      guard let read = decode(array(buffer.readable), coder) else { return check(false, "what is sent is a block") }
      var expected = [":status: 302", "content-length: 7", "age: 1"]
      for slot in fields.slots {
        expected.append(
          "\(text(array(fields.octets.span[clamped: slot.name]))): \(text(array(fields.octets.span[clamped: slot.value])))"
        )
      }
      let found = read.map { "\(text($0.name)): \(text($0.value))" }
      check(found.first == expected.first, "the status comes first")
      check(found.sorted() == expected.sorted(), "what is sent is read")
      for name in Set(read.map(\.name)) {
        let prefix = "\(text(name)): "
        check(
          found.filter { $0.hasPrefix(prefix) } == expected.filter { $0.hasPrefix(prefix) },
          "fields of a name stay in order")
      }
    }
  }

  private func text(_ octets: [UInt8]) -> String { String(octets.map { Character(UnicodeScalar($0)) }) }
}

/// How nghttp2 reads a block; `nil` where it can't.
private func decode(_ block: [UInt8], _ coder: OpaquePointer?) -> [(name: [UInt8], value: [UInt8])]? {
  var fields: [(name: [UInt8], value: [UInt8])] = []
  // An address, also of an empty block.
  let isWhole = (block + [0]).withUnsafeBufferPointer { octets in
    var position = 0
    while true {
      var (pair, flags) = (nghttp2_nv(), CInt(0))
      let used = nghttp2_hd_inflate_hd2(coder, &pair, &flags, octets.baseAddress! + position, block.count - position, 1)
      guard used >= 0 else { return false }
      position += used
      if flags & 2 != 0 {
        fields.append(
          (
            Array(UnsafeBufferPointer(start: pair.name, count: pair.namelen)),
            Array(UnsafeBufferPointer(start: pair.value, count: pair.valuelen))
          ))
      }
      if flags & 1 != 0 { return true }
    }
  }
  if isWhole { nghttp2_hd_inflate_end_headers(coder) }
  return isWhole ? fields : nil
}

/// What nghttp2 decodes is what the decoder decodes, and no field that RFC 9113 forbids is let through.
private func compare(_ blocks: [(kind: UInt8, block: [UInt8])]) {
  var decoder = RequestHeadDecoder(scheme: .https)
  let buffers = BufferPool()
  var octets = Buffer()
  var head = RequestHead()
  defer { buffers.reclaim(&octets) }
  var coder: OpaquePointer?
  guard nghttp2_hd_inflate_new(&coder) == 0 else { return }
  defer { nghttp2_hd_inflate_del(coder) }
  let answers = Answers()
  for (kind, block) in blocks {
    let fields = decode(block, coder)
    answers.turn(kind)
    let progress: FieldBlockProgress
    do throws(HPACKError) {
      progress = try decoder.read(
        block.span, isLast: true, endsStream: kind & 1 == 0, into: &octets, from: buffers,
        &head)
    } catch {
      return check(fields == nil || error == .flood, "a block is broken for both")
    }
    guard let fields else { return check(false, "a block is broken for nghttp2 only") }
    guard progress == .whole else { continue }
    var expected: [String] = []
    var cookie: [UInt8]?
    for (name, value) in fields where name.first != 0x3A && name != Array("host".utf8) {
      check(!name.isEmpty && name.allSatisfy { $0.isToken && !$0.isUpper }, "names are lower-case tokens")
      check(value.allSatisfy(\.isFieldContent), "values have no control character")
      check(![0x20, 9].contains(value.first ?? 0) && ![0x20, 9].contains(value.last ?? 0), "nor white space around")
      if name == Array("cookie".utf8) {
        cookie = cookie.map { $0 + [0x3B, 0x20] + value } ?? value
      } else {
        expected.append("\(name): \(value)")
      }
    }
    if let cookie { expected.append("\(Array("cookie".utf8)): \(cookie)") }
    var found: [String] = []
    for index in 0..<head.fields.count where head.fields[index].known != .host {
      let slot = head.fields[index]
      found.append("\(array(octets.readable[clamped: slot.name])): \(array(octets.readable[clamped: slot.value]))")
    }
    check(found.sorted() == expected.sorted(), "the fields are what nghttp2 decodes")
    forward(head, octets.readable, answers)
  }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  withOctets(data, count) { octets in
    let blocks = blocks(octets)
    let whole = outcomes(blocks) { [$0] }
    let place = octets.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF }
    check(outcomes(blocks) { [place % ($0 + 1), $0] } == whole, "the same wherever it is cut")
    check(outcomes(blocks) { Array(0...$0) } == whole, "the same octet by octet")
    compare(blocks)
  }
}
