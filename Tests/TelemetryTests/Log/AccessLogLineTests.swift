import Bytes
import Foundation
import Testing
import Time

@testable import Telemetry

@Suite("Access log: one JSON object a line")
struct AccessLogLineTests {
  struct Request {
    var id = Array("0af7651916cd43dd".utf8)
    var client: [UInt8] = [192, 0, 2, 77]
    var listener = "https"
    var method: StaticString = "GET"
    var host = Array("www.mygov.scot".utf8)
    var path = Array("/search/a".utf8)
    var query = Array("q=my+name".utf8)
    var server: [UInt8] = []
    var why: [UInt8] = []
    var settings = AccessLogLine.Settings()
    var recorder = RouteRecorder(site: "my\"gov", route: "search", target: nil, series: RouteSeries())
  }

  func line(_ record: RequestRecord, _ request: Request = Request()) -> [UInt8] {
    var batch = LogBatch()
    var line = AccessLogLine(settings: request.settings)
    let connection = AccessLogLine.members(
      client: request.client.span, listener: request.listener, settings: request.settings)
    let facts = AccessLogFacts(
      id: request.id.span, method: request.method, host: request.host.span, path: request.path.span,
      query: request.query.span)
    line.write(
      record, facts, connection: connection, recorder: request.recorder, server: request.server.span,
      why: request.why.span, at: WallTime(sinceEpoch: .milliseconds(784_111_777_042)), to: &batch)
    var octets: [UInt8] = []
    octets.append(batch.text.readable)
    return octets
  }

  @Test("a hit says what happened, and nothing of what did not")
  func hit() {
    #expect(
      String(decoding: line(.sample()), as: UTF8.self)
        == #"{"time":"1994-11-06T08:49:37.042Z","id":"0af7651916cd43dd","client":"192.0.2.0","listener":"https","#
        + #""site":"my\"gov","route":"search","method":"GET","host":"www.mygov.scot","path":"/search/a","status":200,"#
        + #""cache":"hit","octets_in":100,"octets_out":1000,"ending":"answered","head_us":0,"first_byte_us":10000,"#
        + #""total_us":20000}"# + "\n")
  }

  @Test("a failure names server, attempts, reason and every stage's time")
  func failure() throws {
    var record = RequestRecord.sample(502, cache: .pass)
    record.attempts = 2
    record.headWhole = Instant(sinceStart: .microseconds(10))
    record.bodyWait = .microseconds(500)
    record.fetchBegan = Instant(sinceStart: .microseconds(600))
    record.connected = Instant(sinceStart: .microseconds(900))
    record.sent = Instant(sinceStart: .microseconds(1_000))
    record.upstreamHead = Instant(sinceStart: .microseconds(5_000))
    let request = Request(
      server: Array("search-1".utf8), why: Array("search-1 (10.1.0.11:8080) sent a \"\u{1B}\" in its head".utf8))
    let members = try #require(
      JSONSerialization.jsonObject(with: Data(line(record, request))) as? [String: AnyHashable])
    let expected: [String: AnyHashable] = [
      "status": 502, "cache": "pass", "server": "search-1", "attempts": 2, "head_us": 10, "body_wait_us": 500,
      "connect_us": 300, "send_us": 100, "upstream_us": 4_000, "first_byte_us": 9_490, "total_us": 19_490,
      "why": "search-1 (10.1.0.11:8080) sent a \"\u{1B}\" in its head",
    ]
    for (key, value) in expected { #expect(members[key] == value, "\(key)") }
  }

  @Test("personal data stays out unless a key says otherwise")
  func personal() {
    let text = String(decoding: line(.sample()), as: UTF8.self)
    #expect(!text.contains("my+name"))
    #expect(!text.contains("192.0.2.77"))
    let settings = AccessLogLine.Settings(addresses: .full, showsQuery: true)
    let open = String(decoding: line(.sample(), Request(settings: settings)), as: UTF8.self)
    #expect(open.contains(#""path":"/search/a","query":"q=my+name","#))
    #expect(open.contains(#""client":"192.0.2.77""#))
  }

  @Test("what a client sent is escaped and bounded, and the line stays one line")
  func hostile() throws {
    for octet in UInt8.min...UInt8.max {
      let long = [UInt8](repeating: octet, count: 60_000)
      let name = String(decoding: long.prefix(1_000), as: UTF8.self)
      let request = Request(
        client: [UInt8](repeating: 0xAB, count: 16), listener: name, host: long, path: long, query: long,
        server: long, why: long, settings: .init(addresses: .full, showsQuery: true),
        recorder: RouteRecorder(site: name, route: name, target: nil, series: RouteSeries()))
      let line = line(.sample(), request)
      #expect(line.count <= AccessLogLine.lineLimit)
      #expect(line.firstIndex(of: 0x0A) == line.count - 1)
      #expect(String(validating: line, as: UTF8.self) != nil)
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line)) }
    }
  }
}

@Suite("Client addresses: RFC 5952 §4, cut to the network unless asked for")
struct ClientAddressMaskTests {
  static let v6: [UInt8] = [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]

  @Test(
    "as text",
    arguments: [
      ([192, 0, 2, 77], "192.0.2.0", "192.0.2.77"),
      ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 77], "192.0.2.0", "192.0.2.77"),
      (v6, "2001:db8::", "2001:db8::1"),
      ([UInt8](repeating: 0, count: 16), "::", "::"),
      ([UInt8](repeating: 0, count: 15) + [1], "::", "::1"),
      ([UInt8](repeating: 0xAB, count: 16), "abab:abab:abab::", "abab:abab:abab:abab:abab:abab:abab:abab"),
      // §4.2.2: one group is not shortened; §4.2.3: the longest run, the first of equals.
      ([0x20, 1, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6], "2001:0:1::", "2001:0:1:2:3:4:5:6"),
      ([0x20, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], "2001::", "2001:0:0:1::1"),
      ([0x20, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 1], "2001::", "2001::1:0:0:1:1"),
      ([0, 0, 0, 1, 0, 0, 0, 2, 0, 3, 0, 4, 0, 0, 0, 0], "0:1::", "0:1:0:2:3:4::"),
      ([], "unix", "unix"), ([1, 2, 3], "unix", "unix"),
    ] as [([UInt8], String, String)])
  func text(address: [UInt8], network: String, full: String) {
    for (mask, text) in [(ClientAddressMask.network, network), (.full, full)] {
      var line: [UInt8] = []
      mask.append(address.span, to: &line)
      #expect(String(decoding: line, as: UTF8.self) == text)
    }
  }
}
