import EventLoop
import Testing
import Time

@testable import Upstream

@Suite("ServerState: what all threads know of a server")
struct ServerStateTests {
  private let now = Instant(sinceStart: .seconds(100))
  private let state = ServerState(name: ServerName(pool: "publishing", server: "a"))
  private let here = ServerEndpoint(host: "127.0.0.1", port: 80)
  private var addresses: [Address] { if case .address(let address) = here { [address] } else { [] } }

  @Test("without an address it is down, with one it is used before its first check")
  func unresolved() {
    #expect(state.eligibility(at: now) == .excluded(.down))
    #expect(state.reason(at: now) == "name not resolved yet")
    state.withdraw(unresolved: "name does not resolve: a.example: not found")
    #expect(state.reason(at: now) == "name does not resolve: a.example: not found")
    state.set(addresses: [])
    #expect(state.eligibility(at: now) == .excluded(.down))
    state.set(addresses: addresses)
    #expect(state.eligibility(at: now) == .eligible)
    #expect(state.reason(at: now) == "not checked yet")
  }

  @Test("its generation moves with its addresses and only then")
  func generation() {
    #expect(state.addressGeneration == 0)
    state.set(addresses: addresses)
    #expect(state.addressGeneration == 1)
    state.set(addresses: addresses)
    #expect(state.addressGeneration == 1)
    state.set(addresses: addresses.map { $0.with(port: 81) })
    #expect(state.addressGeneration == 2)
  }

  @Test("three failed connections make it a last resort; one that comes about does not")
  func traffic() {
    state.set(addresses: addresses)
    for _ in 0..<3 { state.failedToConnect(at: now) }
    #expect(state.eligibility(at: now) == .lastResort)
    #expect(state.reason(at: now) == "connections to it fail")
    state.connected(at: now)
    #expect(state.eligibility(at: now) == .eligible)
  }

  @Test("coming up clears what traffic suspected, staying up does not")
  func recovery() {
    state.set(addresses: addresses)
    state.set(.up, reason: "answered 200", at: now)
    for _ in 0..<3 { state.failedToConnect(at: now) }
    state.set(.up, reason: "answered 200", at: now)
    #expect(state.eligibility(at: now) == .lastResort)
    state.set(.down, reason: "refused the connection", at: now)
    #expect(state.eligibility(at: now) == .excluded(.down))
    #expect(state.reason(at: now) == "refused the connection")
    state.set(.up, reason: "answered 200", at: now)
    #expect(state.eligibility(at: now) == .eligible)
  }

  @Test("forgets what was found of another address, but not the operator's word, and is never without an address")
  func moved() {
    state.set(addresses: addresses)
    state.set(.down, reason: "answered 500", at: now)
    for _ in 0..<3 { state.failedToConnect(at: now) }
    state.forgetFindings()
    #expect(state.addresses == addresses)
    #expect(state.condition == .unknown)
    #expect(state.reason(at: now) == "not checked yet")
    #expect(state.eligibility(at: now) == .eligible)
    state.set(OperatorState.drain)
    state.forgetFindings()
    #expect(state.eligibility(at: now) == .excluded(.draining))
  }

  @Test("a name that stops to resolve keeps its addresses, one that never did has none")
  func withdrawn() {
    state.set(addresses: addresses)
    state.set(unresolved: "name does not resolve: a.example: timeout")
    #expect(state.eligibility(at: now) == .eligible)
    #expect(state.reason(at: now) == "name does not resolve: a.example: timeout")
    state.withdraw(unresolved: "name does not resolve: a.example: not found")
    #expect(state.eligibility(at: now) == .excluded(.down))
    #expect(state.addresses.isEmpty)
    #expect(state.addressGeneration == 2)
    state.withdraw(unresolved: "name does not resolve: a.example: not found")
    #expect(state.addressGeneration == 2)
  }

  @Test("counts what each worker works on, whatever snapshot it has")
  func running() {
    let (one, two) = (state.counters(of: 0), state.counters(of: 1))
    #expect(state.counters(of: 0) === one && one !== two)
    one.requestBegan()
    one.requestBegan()
    two.requestBegan()
    one.requestEnded()
    two.requestFailed()
    #expect(state.inFlight == 2)
    #expect(state.attemptsSoFar == (3, 1))
    one.requestEnded()
    two.requestEnded()
    #expect(state.inFlight == 0)
    // As seen between two looks of another thread.
    two.requestEnded()
    #expect(state.inFlight == 0)
  }
}

@Suite("ServerRegistry: names outlive snapshots")
struct ServerRegistryTests {
  @Test("one state for one name, until it is configured no more")
  func names() {
    let registry = ServerRegistry()
    let a = ServerName(pool: "publishing", server: "a")
    let b = ServerName(pool: "publishing", server: "b")
    let state = registry.state(of: b)
    #expect(registry.state(of: b) === state)
    #expect(registry.find(a) == nil)
    _ = registry.state(of: a)
    #expect(registry.all().map(\.name) == [a, b])
    registry.keep(only: [a])
    #expect(registry.all().map(\.name) == [a])
    #expect(registry.state(of: b) !== state)
  }
}
