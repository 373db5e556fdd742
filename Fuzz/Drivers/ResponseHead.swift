import Bytes
import HTTP

/// What the parser said, as lines.
private func outcome(_ octets: [UInt8], _ ends: [Int], _ method: Method) -> [String] {
  var parser = ResponseHeadParser()
  do throws(HeadError) {
    for end in ends where try parser.read(octets.span.extracting(0..<end), answerTo: method) {
      var lines = [
        "\(parser.head.status) \(parser.head.version) \(parser.head.framing) \(String(describing: parser.head.declaredLength))",
        "\(parser.head.keepsAlive) \(parser.head.length)",
      ]
      for index in 0..<parser.head.fields.count {
        let slot = parser.head.fields[index]
        lines.append("\(slot) \(parser.head.isHopByHop(slot, octets: octets.span))")
      }
      return lines
    }
    return ["unfinished"]
  } catch {
    return ["\(error)"]
  }
}

/// What is passed on reads the same at the client: status, framing and fields.
private func forward(_ octets: [UInt8]) {
  var parser = ResponseHeadParser()
  guard (try? parser.read(octets.span, answerTo: .get)) == true else { return }
  let input = octets.span
  var block = FieldBlock()
  for index in 0..<parser.head.fields.count {
    let slot = parser.head.fields[index]
    if parser.head.isHopByHop(slot, octets: input) { continue }
    let added: Void? = try? block.append(
      name: input[clamped: slot.name], value: input[clamped: slot.value], known: slot.known)
    check(added != nil, "a field that was read can be written")
  }
  var bulk = FieldBlock()
  let copied: Void? = try? bulk.append(parser.head.fields, of: input) { slot in
    !parser.head.isHopByHop(slot, octets: input)
  }
  check(copied != nil && bulk.octets == block.octets && bulk.slots == block.slots, "in bulk as one by one")
  let (status, framing) = (parser.head.status, parser.head.framing)
  let stored = block.octets
  var buffer = BufferPool().take(.large)
  let written: Void? = try? HTTP1Writer.response(
    status: status, stored: stored.span, added: FieldBlock(), framing: framing == .none ? nil : framing,
    connection: .none, into: &buffer)
  check(written != nil, "a head that was read can be written")
  let sent = array(buffer.readable)
  var client = ResponseHeadParser(limits: HeadLimits(sectionOctets: 49_000))
  do throws(HeadError) {
    check(try client.read(sent.span, answerTo: .get), "what is written is a whole head")
  } catch {
    check(error == .tooManyFields, "what is written is read: \(error)")
    return
  }
  check(client.head.length == sent.count, "what is written is one head")
  check(client.head.status == status && client.head.framing == framing, "status and framing stay")
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  withOctets(data, count) { octets in
    for method in [Method.get, .head] {
      let whole = outcome(octets, [octets.count], method)
      for ends in cuts(of: octets) { check(outcome(octets, ends, method) == whole, "the same wherever it is cut") }
    }
    forward(octets)
  }
}
