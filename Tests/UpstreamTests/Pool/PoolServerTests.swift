import EventLoop
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
    let (server, other) = (PoolServer(state, index: 0, worker: 0), PoolServer(state, index: 3, worker: 0))
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
    let server = PoolServer(state, index: 0, worker: 0)
    state.set(addresses: [one])
    kept = server.stack(in: idle)
    do { gone = idle.stack(of: two) }
    #expect(gone != nil, "the next one that is new clears away")
    _ = idle.stack(of: three)
    #expect(gone == nil)
    #expect(kept != nil && idle.stack(of: one) === kept)
  }
}
