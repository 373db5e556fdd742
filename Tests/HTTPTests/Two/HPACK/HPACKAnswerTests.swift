import Bytes
import HTTP
import Testing

/// A connection's encoder, with the buffer that it writes to.
private final class Writer {
  var encoder = ResponseHeadEncoder()
  private var buffer: Buffer
  private let buffers = BufferPool()

  init(_ size: BufferSize = .large) { buffer = buffers.take(size) }

  func interim(_ status: UInt16, _ fields: FieldBlock) throws(WriteError) -> [UInt8] {
    buffer.clear()
    try encoder.interim(status: status, fields: fields, into: &buffer)
    return octets
  }

  /// So many octets are free.
  func leave(_ room: Int) {
    buffer.clear()
    buffer.append(addingUpTo: buffer.room - room) { output in while output.freeCapacity > 0 { output.append(0) } }
  }

  func append(
    _ status: UInt16, _ stored: FieldBlock = FieldBlock(), _ added: FieldBlock = FieldBlock(), length: UInt64? = nil,
    ownLimit: Int = 0, own: (inout OutputSpan<UInt8>) -> Void = { _ in }
  ) throws(WriteError) -> [UInt8] {
    try encoder.response(
      status: status, stored: stored, added: added, length: length, ownLimit: ownLimit, into: &buffer, own: own)
    return octets
  }

  var octets: [UInt8] { Self.copy(of: buffer) }

  private static func copy(of buffer: borrowing Buffer) -> [UInt8] {
    var octets: [UInt8] = []
    octets.append(buffer.readable)
    return octets
  }

  func write(
    _ status: UInt16, _ stored: FieldBlock = FieldBlock(), _ added: FieldBlock = FieldBlock(), length: UInt64? = nil,
    ownLimit: Int = 0, own: (inout OutputSpan<UInt8>) -> Void = { _ in }
  ) throws(WriteError) -> [UInt8] {
    buffer.clear()
    return try append(status, stored, added, length: length, ownLimit: ownLimit, own: own)
  }
}

private func block(_ fields: (String, String)...) throws -> FieldBlock { try block(fields) }

private func block(_ fields: [(String, String)]) throws -> FieldBlock {
  var block = FieldBlock()
  for (name, value) in fields {
    let name = Array(name.utf8)
    try block.append(name: name.span, value: Array(value.utf8).span, known: FieldName(name.span))
  }
  return block
}

/// In order, as `name: value`.
private func lines(_ block: [UInt8], _ peer: PeerDecoder) -> [String]? {
  peer.decode(block)?.map { "\($0.name): \($0.value)" }
}

@Suite("RFC 7541, RFC 9113 §8.3.2: an answer's head")
struct HPACKAnswerTests {
  private static let page = [
    ("Content-Type", "text/html"), ("Cache-Control", "max-age=300"), ("ETag", "\"1\""), ("X-Frame-Options", "DENY"),
    ("vary", "accept-encoding"), ("Last-Modified", "Tue, 05 Nov 2024 10:11:12 GMT"), ("X-Empty", ""),
  ]

  @Test("names leave in lower case, whatever their fields are")
  func names() throws {
    let writer = Writer()
    let peer = PeerDecoder()
    let names = [
      "A", "aB", "X-Frame-Options", "ABCDEFGH", "ABCDEFGHI", "Content-TYPE", "SET-COOKIE", "x_Y", "^_`|~",
      "Content-Security-Policy-Report-Only", "X-Request-Id",
      String(repeating: "Nn", count: 128),
      String(repeating: "Nn", count: 129), String(repeating: "Long", count: 1_000),
    ]
    for round in 0..<3 {
      let block = try writer.write(200, try block(names.map { ($0, "Value") }))
      #expect(
        try #require(lines(block, peer)).sorted()
          == ([":status: 200"] + names.map { "\($0.lowercased()): Value" }).sorted())
      #expect(round > 0 || peer.entries == names.count { $0.count <= 256 } - 2)
    }
  }

  @Test("fields that look alike are told apart")
  func alike() throws {
    let writer = Writer()
    let peer = PeerDecoder()
    let fields = [
      ("x-aaaaaaaaaa1", "1"), ("x-aaaaaaaaaa2", "1"), ("1-aaaaaaaaaaa", "1"), ("2-aaaaaaaaaaa", "1"), ("ab", "1"),
      ("ac", "1"), ("bb", "1"), ("x", "1aaaaaaaaaaaaaaa"), ("x", "2aaaaaaaaaaaaaaa"), ("y", "2aaaaaaaaaaaaaaa"),
      ("x", "abc"), ("x", "abd"), ("x", "aabcd"), ("x", "abbcd"), ("vary", "a"), ("vary", "b"), ("x", ""), ("z", ""),
    ]
    let expected = [":status: 200"] + fields.map { "\($0.0): \($0.1)" }
    for _ in 0..<3 { #expect(lines(try writer.write(200, block(fields)), peer) == expected) }
  }

  @Test("RFC 7541 §2.3.2: what repeats is an octet the next time, what differs stays out of the table")
  func indexing() throws {
    let writer = Writer()
    let peer = PeerDecoder()
    let page = try block(Self.page)
    let expected = [":status: 200", "content-length: 1024"] + Self.page.map { "\($0.0.lowercased()): \($0.1)" }
    let first = try writer.write(200, page, length: 1_024)
    #expect(lines(first, peer)?.sorted() == expected.sorted())
    #expect(peer.entries == 5)
    let second = try writer.write(200, page, length: 1_024)
    #expect(lines(second, peer)?.sorted() == expected.sorted())
    #expect(peer.entries == 5)
    // :status and five fields, then three literals.
    #expect(second.count == 1 + 5 + (3 + 4) + (3 + 3) + (3 + 29))
  }

  @Test(
    "RFC 7541 §7.1.3: cookies and credentials are in no table on the way",
    arguments: ["Set-Cookie", "authorization", "Cookie"])
  func secrets(name: String) throws {
    let writer = Writer()
    let peer = PeerDecoder()
    for _ in 0..<2 {
      let fields = try #require(peer.decode(try writer.write(200, try block((name, "a=b"), ("Server", "s")))))
      #expect(fields.first { $0.name == name.lowercased() }?.isSecret == true)
      #expect(fields.first { $0.name == "server" }?.isSecret == false)
    }
    #expect(peer.entries == 1)
  }

  @Test("RFC 9110 §5.3: fields of one name stay in order")
  func order() throws {
    let writer = Writer()
    let peer = PeerDecoder()
    for name in ["Set-Cookie", "Link", "Vary", "X-A"] {
      for values in [["1", "2", "3"], ["3", "2", "1"], ["4", "1", "5"]] {
        let half = try block(values.prefix(2).map { (name, $0) })
        let fields = try #require(peer.decode(try writer.write(200, half, try block((name, values[2])))))
        #expect(fields.filter { $0.name == name.lowercased() }.map(\.value) == values)
      }
    }
  }

  @Test(
    "RFC 9113 §8.3.2: each status",
    arguments: [100, 103, 200, 204, 206, 226, 299, 304, 400, 404, 451, 500, 503, 599, 999])
  func status(code: UInt16) throws {
    let writer = Writer()
    let peer = PeerDecoder()
    #expect(lines(try writer.write(code), peer) == [":status: \(code)"])
    #expect(peer.entries == 0)
  }

  @Test("statuses of other lengths are refused", arguments: [0, 99, 1_000])
  func badStatus(code: UInt16) {
    let writer = Writer()
    #expect(throws: WriteError.badStatus) { try writer.write(code) }
  }

  @Test("§8.1: an interim head")
  func interim() throws {
    let writer = Writer()
    let octets = try writer.interim(103, block(("Link", "</a>; rel=preload")))
    #expect(lines(octets, PeerDecoder()) == [":status: 103", "link: </a>; rel=preload"])
    for status: UInt16 in [99, 200] {
      #expect(throws: WriteError.badStatus) { try writer.interim(status, FieldBlock()) }
    }
  }

  @Test(
    "RFC 9113 §8.2.2: fields of the connection, and a second length, are refused",
    arguments: [
      "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE", "Content-Length",
    ])
  func reserved(name: String) throws {
    let writer = Writer()
    let fields = try block((name, "x"))
    #expect(throws: WriteError.reservedField) { try writer.write(200, fields) }
    #expect(throws: WriteError.reservedField) { try writer.write(200, FieldBlock(), fields) }
  }

  @Test("RFC 7541 §6.2.2: Yett's own fields are literals")
  func own() throws {
    let writer = Writer()
    let peer = PeerDecoder()
    let block = try writer.write(304, length: .max, ownLimit: 200) { output in
      output.append(literal: .age, upTo: 20) { $0.append(decimal: 17) }
      output.append(literal: .via, "1.1 yett")
      output.append(literal: .xRequestID, "0123456789ABCDEF".utf8.span)
      output.append(literal: .cacheStatus, upTo: 4) { $0.append("Yett; hit") }
      output.append(literal: .age, upTo: 127) { _ in }
      output.append(literal: .age, upTo: 126) { _ in }
    }
    #expect(
      lines(block, peer) == [
        ":status: 304", "content-length: 18446744073709551615", "age: 17", "via: 1.1 yett",
        "x-request-id: 0123456789ABCDEF", "cache-status: Yett", "age: ",
      ])
    #expect(peer.entries == 0)
    // Nothing where there is no room.
    let short = try writer.write(200, ownLimit: 23) { output in
      output.append(literal: .age, upTo: 20) { $0.append(decimal: 17) }
      output.append(literal: .xRequestID, upTo: 4) { $0.append("long") }
    }
    #expect(lines(short, peer) == [":status: 200", "age: 17"])
  }

  @Test("values of any length", arguments: [0, 1, 126, 127, 128, 254, 255, 256, 16_510, 16_511, 40_000])
  func lengths(count: Int) throws {
    let writer = Writer()
    let peer = PeerDecoder()
    let value = String(repeating: "v", count: count)
    for name in ["Location", "X-Other", "Set-Cookie"] {
      let octets = try writer.write(200, block((name, value)))
      #expect(lines(octets, peer) == [":status: 200", "\(name.lowercased()): \(value)"])
    }
  }

  @Test("many fields go in more than one batch", arguments: [23, 24, 25, 48, 49, 100])
  func many(count: Int) throws {
    let writer = Writer()
    let peer = PeerDecoder()
    let fields = (0..<count).map { ("X-Some-Name-That-Is-Long-\($0)", "\($0)") }
    for _ in 0..<2 {
      #expect(
        lines(try writer.write(200, try block(fields)), peer)
          == [":status: 200"] + fields.map { "\($0.0.lowercased()): \($0.1)" })
    }
  }

  @Test("RFC 9113 §4.3: without room nothing is written, and nothing changed")
  func room() throws {
    let writer = Writer(.small)
    let peer = PeerDecoder()
    let page = try block(Self.page)
    writer.encoder.setTableLimit(100)
    writer.leave(200)
    let before = writer.octets
    #expect(throws: WriteError.noRoom) { try writer.append(200, page, ownLimit: 10) }
    #expect(writer.octets == before)
    // What is left for own fields counts.
    writer.leave(64 + 9)
    #expect(throws: WriteError.noRoom) { try writer.append(200, ownLimit: 10) }
    let octets = try writer.write(200, page)
    peer.setTable(100)
    // The table's new size is still told.
    #expect(octets.first == 0x3F)
    #expect(lines(octets, peer)?.count == 8)
  }

  @Test("RFC 7541 §4.2: the table is what the peer lets it be, 4,096 octets at most")
  func tableSizes() throws {
    let writer = Writer()
    let peer = PeerDecoder()
    let page = try block(Self.page)
    let expected = ([":status: 200"] + Self.page.map { "\($0.0.lowercased()): \($0.1)" }).sorted()
    for size in [4_096, 0, 60, 4_096, 65_536, 100, 4_096] {
      writer.encoder.setTableLimit(UInt32(size))
      peer.setTable(size)
      for _ in 0..<2 {
        #expect(lines(try writer.write(200, page), peer)?.sorted() == expected)
        #expect(peer.tableOctets <= min(size, 4_096))
      }
      #expect(size < 100 || peer.entries > 0)
    }
    // Between two blocks, the smallest counts as well.
    for size: UInt32 in [4_096, 0, 4_096] { writer.encoder.setTableLimit(size) }
    let block = try writer.write(200, page)
    #expect(block.starts(with: [0x20, 0x3F, 0xE1, 0x1F]))
    #expect(lines(block, peer)?.sorted() == expected)
    writer.encoder.setTableLimit(.max)
    #expect(try writer.write(200, page).starts(with: [0x3F, 0xE1, 0x1F]))
  }
}
