import EventLoop
import TLS
import Testing
import Time

@testable import Upstream

@Suite("PoolServer: where a server's connections wait")
struct PoolServerTests {
  private let now = Instant(sinceStart: .seconds(100))
  private let state = ServerState(name: ServerName(pool: "p", server: "a"))
  private let idle = IdleConnections()
  private let one = Address.unix(path: "/1")
  private let two = Address.unix(path: "/2")
  private let three = Address.unix(path: "/3")

  @Test("one stack for one address, whoever asks, until it is another address")
  func stacks() throws {
    let (server, other) = (
      PoolServer(ServerPlan(state: state), index: 0, worker: 0),
      PoolServer(ServerPlan(state: state), index: 3, worker: 0)
    )
    #expect(server.stack(in: idle) == nil)
    state.set(addresses: [one, two])
    let first = try #require(server.stack(in: idle))
    #expect(first.address == one)
    #expect(server.stack(in: idle) === first && other.stack(in: idle) === first)
    state.failedToConnect(at: now)
    #expect(server.turnAway(from: one))
    let second = try #require(server.stack(in: idle))
    #expect(second.address == two)
    #expect(other.stack(in: idle) === first, "each goes its own way")
    state.set(addresses: [three, one])
    #expect(server.stack(in: idle)?.address == three)
    #expect(other.stack(in: idle) === first, "kept as long as it is there")
    state.withdraw(unresolved: "")
    #expect(server.stack(in: idle) == nil && server.address() == nil)
  }

  @Test("a stack that no pool, no request and no connection has is forgotten, others are not")
  func forgotten() {
    weak var gone: IdleStack?
    weak var kept: IdleStack?
    let server = PoolServer(ServerPlan(state: state), index: 0, worker: 0)
    state.set(addresses: [one])
    kept = server.stack(in: idle)
    do { gone = idle.stack(of: two, nil) }
    #expect(gone != nil, "the next one that is new clears away")
    _ = idle.stack(of: three, nil)
    #expect(gone == nil)
    #expect(kept != nil && idle.stack(of: one, nil) === kept)
  }

  @Test("what was agreed makes another stack: no connection is used for what it was not verified for")
  func secured() throws {
    let servers = KnownServers(in: try TLSLibrary())
    state.set(addresses: [one])
    let kinds: [ServerTLS?] = [
      nil, .verified(name: "a.test", .nobody), .verified(name: "b.test", .nobody), .unverified(name: "a.test"),
      .unverified(name: nil),
    ]
    let stacks = try kinds.map { tls in
      let twins = (0..<2).map { PoolServer(ServerPlan(state: state, tls: tls), index: $0, worker: 0) }
      for server in twins { try server.adopt(servers) }
      let stack = try #require(twins[0].stack(in: idle))
      #expect(twins[1].stack(in: idle) === stack && stack.server?.tls == tls && stack.address == one)
      #expect(twins[0].key() == ConnectionKey(address: one, tls: tls))
      return stack
    }
    #expect(Set(stacks.map(ObjectIdentifier.init)).count == kinds.count)
  }

  @Test("a server that TLS was asked for, and cannot be had for, has no connections: none in cleartext")
  func unsecured() throws {
    state.set(addresses: [one])
    let server = PoolServer(ServerPlan(state: state, tls: .unverified(name: nil)), index: 0, worker: 0)
    #expect(server.stack(in: idle) == nil)
    try server.adopt(nil)
    #expect(server.stack(in: idle) == nil)
    try server.adopt(KnownServers(in: TLSLibrary()))
    #expect(server.stack(in: idle)?.server != nil)
  }
}
