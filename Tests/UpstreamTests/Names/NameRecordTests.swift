import EventLoop
import Testing
import Time

@testable import Upstream

@Suite("NameRecord: when a name is asked again")
struct NameRecordTests {
  private let now = Instant(sinceStart: .seconds(100))
  private let one = Address.unix(path: "/1")
  private let two = Address.unix(path: "/2")

  @Test(
    "when its time to live is over, kept between 5 s and 5 min",
    arguments: [(0, 5), (4, 5), (5, 5), (60, 60), (300, 300), (301, 300), (86_400, 300), (-1, 5)])
  func timeToLive(seconds: Int64, expected: Int64) {
    var record = NameRecord(due: now)
    #expect(record.answered([one], timeToLive: .seconds(seconds), at: now) == .addresses)
    #expect(record.due == now + .seconds(expected))
  }

  @Test("after failures in 1 s, then twice as long each time, up to 30 s, and a good answer begins anew")
  func backOff() {
    var record = NameRecord(due: now)
    var pauses: [Int64] = []
    for attempt in 0..<7 {
      record.asked()
      #expect(record.due == .distantFuture)
      #expect(record.failed("timeout", at: now) == (attempt == 0 ? .failed : .none))
      pauses.append((record.due - now).seconds)
    }
    #expect(pauses == [1, 2, 4, 8, 16, 30, 30])
    _ = record.answered([one], timeToLive: .zero, at: now)
    #expect(record.failed("timeout", at: now) == .failed)
    #expect(record.due == now + .seconds(1))
  }

  @Test("the last good addresses outlive failures")
  func lastGood() {
    var record = NameRecord(due: now)
    #expect(!record.isSettled)
    _ = record.answered([one, two], timeToLive: .zero, at: now)
    #expect(record.failed("not found", at: now) == .failed)
    #expect(record.addresses == [one, two])
    #expect(record.failure == "not found")
    #expect(record.answered([one, two], timeToLive: .zero, at: now) == .recovered)
    #expect(record.failure == nil)
  }

  @Test("another order is no news, another set is")
  func news() {
    var record = NameRecord(due: now)
    _ = record.answered([one, two], timeToLive: .zero, at: now)
    #expect(record.answered([two, one], timeToLive: .zero, at: now) == .none)
    #expect(record.addresses == [one, two])
    #expect(record.answered([two], timeToLive: .zero, at: now) == .addresses)
    #expect(record.addresses == [two])
  }

  @Test("no address is a failure, and very many are cut")
  func bounds() {
    var record = NameRecord(due: now)
    #expect(record.answered([], timeToLive: .seconds(60), at: now) == .failed)
    #expect(record.isSettled)
    #expect(record.due == now + .seconds(1))
    let many = (0..<100).map { Address.unix(path: "/\($0)") }
    _ = record.answered(many, timeToLive: .zero, at: now)
    #expect(record.addresses == Array(many.prefix(32)))
  }
}

@Suite("ServerEndpoint: where a server is configured")
struct EndpointTests {
  @Test(
    "numbers need no look-up; RFC 9110 §7.2: Host leaves out the default port",
    arguments: [
      ("127.0.0.1", 8_080, true, "127.0.0.1:8080"), ("127.0.0.1", 80, true, "127.0.0.1"),
      ("::1", 8_080, true, "[::1]:8080"), ("::1", 80, true, "[::1]"),
      ("origin.example", 8_080, false, "origin.example:8080"), ("origin.example", 80, false, "origin.example"),
      ("origin.example", 443, false, "origin.example:443"),
    ])
  func kinds(host: String, port: UInt16, isNumeric: Bool, authority: String) {
    let endpoint = ServerEndpoint(host: host, port: port)
    if case .address = endpoint { #expect(isNumeric) } else { #expect(!isNumeric) }
    #expect(endpoint.authority(isSecured: false) == authority)
  }

  @Test(
    "the default port of https is another one",
    arguments: [
      ("10.0.0.1", 443, "10.0.0.1"), ("10.0.0.1", 80, "10.0.0.1:80"), ("::1", 443, "[::1]"), ("::1", 80, "[::1]:80"),
      ("a.example", 443, "a.example"), ("a.example", 80, "a.example:80"), ("a.example", 8_443, "a.example:8443"),
    ])
  func secured(host: String, port: UInt16, authority: String) {
    #expect(ServerEndpoint(host: host, port: port).authority(isSecured: true) == authority)
  }

  @Test("a Unix socket has no host of its own")
  func unix() {
    let endpoint = ServerEndpoint.address(.unix(path: "/run/origin.sock"))
    for isSecured in [true, false] { #expect(endpoint.authority(isSecured: isSecured) == "localhost") }
    #expect(endpoint.description == "unix:/run/origin.sock")
  }
}
