import Bytes
import HTTP

/// What the parser said, as lines.
private func outcome(_ octets: [UInt8], _ ends: [Int]) -> [String] {
  var parser = RequestHeadParser()
  do throws(HeadError) {
    for end in ends where try parser.read(octets.span.extracting(0..<end)) {
      var lines = [
        "\(parser.head.method) \(parser.head.methodName) \(parser.head.target) \(parser.head.version)",
        "\(parser.head.framing) \(parser.head.keepsAlive) \(parser.head.expectsContinue) \(parser.head.host)",
        "\(parser.head.length)",
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

/// What is forwarded reads the same at the origin: method, target, framing and fields.
private func forward(_ octets: [UInt8]) {
  var parser = RequestHeadParser()
  guard (try? parser.read(octets.span)) == true else { return }
  let input = octets.span
  var block = FieldBlock()
  for index in 0..<parser.head.fields.count {
    let slot = parser.head.fields[index]
    if parser.head.isHopByHop(slot, octets: input) || slot.known == .host { continue }
    let added: Void? = try? block.append(
      name: input[clamped: slot.name], value: input[clamped: slot.value], known: slot.known)
    check(added != nil, "a field that was read can be written")
  }
  var bulk = FieldBlock()
  let copied: Void? = try? bulk.append(parser.head.fields, of: input) { slot in
    !parser.head.isHopByHop(slot, octets: input) && slot.known != .host
  }
  check(copied != nil && bulk.octets == block.octets && bulk.slots == block.slots, "in bulk as one by one")
  let framing = parser.head.framing
  let method = array(input[clamped: parser.head.methodName])
  let form = array(input[clamped: parser.head.target])
  let host = array(input[clamped: parser.head.host])
  var buffer = BufferPool().take(.large)
  let written: Void? = try? HTTP1Writer.request(
    method: method.span, target: form.span, host: host.span, fields: block, framing: framing, close: false,
    into: &buffer)
  check(written != nil, "a head that was read can be written")
  let sent = array(buffer.readable)
  var origin = RequestHeadParser(limits: HeadLimits(requestLineOctets: 16_384, sectionOctets: 49_000))
  let isWhole: Bool?
  do throws(HeadError) {
    isWhole = try origin.read(sent.span)
  } catch {
    // Only an HTTP/1.0 request may have no host, and one field of 100 may be ours.
    check(error == .badHost && host.isEmpty || error == .tooManyFields, "what is written is read: \(error)")
    return
  }
  check(isWhole == true && origin.head.length == sent.count, "what is written is one head")
  check(origin.head.framing == framing, "the framing stays")
  check(array(sent.span[clamped: origin.head.target]) == form, "the target stays")
  check(array(sent.span[clamped: origin.head.methodName]) == method, "the method stays")
  let framingFields = framing == .none ? 0 : 1
  check(origin.head.fields.count == block.slots.count + 1 + framingFields, "no field comes or goes")
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  withOctets(data, count) { octets in
    let whole = outcome(octets, [octets.count])
    for ends in cuts(of: octets) { check(outcome(octets, ends) == whole, "the same wherever it is cut") }
    forward(octets)
  }
}
