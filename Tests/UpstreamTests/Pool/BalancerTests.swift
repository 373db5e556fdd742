import EventLoop
import Testing
import Time

@testable import Upstream

@Suite("Balancer: whom to ask next")
struct BalancerTests {
  private let now = Instant(sinceStart: .seconds(100))

  /// `^` up, `?` unknown, `v` down, `s` suspect, `d` drained, `m` in maintenance, `n` without an address.
  private func servers(_ kinds: String) -> [ServerPlan] {
    kinds.enumerated().map { index, kind in
      let state = ServerState(name: ServerName(pool: "p", server: "\(index)"))
      if kind != "n" { state.set(addresses: [.unix(path: "/\(index)")]) }
      switch kind {
      case "^": state.set(.up, reason: "", at: now)
      case "v": state.set(.down, reason: "", at: now)
      case "s": for _ in 0..<3 { state.failedToConnect(at: now) }
      case "d": state.set(OperatorState.drain)
      case "m": state.set(OperatorState.maintenance)
      default: break
      }
      return ServerPlan(state: state)
    }
  }

  @Test(
    "the eligible first, suspects when nobody else is left, others never",
    arguments: [
      ("^^^", [], [0, 1, 2]), ("^?^", [0], [1, 2]), ("^^^", [0, 1], [2]), ("^^", [0, 1], []),
      ("v^v", [], [1]), ("s^s", [], [1]), ("s^s", [1], [0, 2]), ("vsv", [], [1]), ("sss", [], [0, 1, 2]),
      ("vvv", [], []), ("d", [], []), ("m", [], []), ("n", [], []), ("dmnvs", [], [4]), ("", [], []),
    ])
  func choice(kinds: String, tried: [Int], expected: [Int]) {
    var balancer = Balancer(servers: servers(kinds), worker: 0)
    var excluded = ServerSet()
    for server in tried { excluded.insert(server) }
    var picked: Set<Int> = []
    for _ in 0..<10 { if let server = balancer.pick(excluding: excluded, at: now) { picked.insert(server) } }
    #expect(picked.sorted() == expected)
  }

  @Test("a suspect is eligible again when its while is over")
  func later() {
    var balancer = Balancer(servers: servers("s^"), worker: 0)
    let before = (0..<4).map { _ in balancer.pick(at: now) }
    #expect(before == [1, 1, 1, 1])
    let after = (0..<4).map { _ in balancer.pick(at: now + .seconds(1)) }
    #expect(Set(after) == [0, 1])
  }

  @Test("a pick that excludes who was tried reaches every server once")
  func retries() {
    var balancer = Balancer(servers: servers("^s^?s"), worker: 3)
    var tried = ServerSet()
    var order: [Int] = []
    while let server = balancer.pick(excluding: tried, at: now) {
      #expect(balancer.remaining(excluding: tried, at: now) == 5 - order.count)
      order.append(server)
      tried.insert(server)
    }
    #expect(order.sorted() == [0, 1, 2, 3, 4])
    #expect(Set(order.suffix(2)) == [1, 4])
  }
}

@Suite("AddressView: where a server is")
struct AddressViewTests {
  private let now = Instant(sinceStart: .seconds(100))
  private let state = ServerState(name: ServerName(pool: "p", server: "a"))
  private let one = Address.unix(path: "/1")
  private let two = Address.unix(path: "/2")
  private let three = Address.unix(path: "/3")

  // `#expect` can call nothing that mutates.
  private func current(in view: inout AddressView) -> Address? { view.current(of: state) }
  private func turnAway(from address: Address, in view: inout AddressView) -> Bool { view.turnAway(from: address) }

  @Test("follows the server's addresses, keeping the one in use")
  func refresh() {
    var view = AddressView()
    #expect(current(in: &view) == nil)
    state.set(addresses: [one, two])
    #expect(current(in: &view) == one)
    _ = view.turnAway(from: one)
    #expect(current(in: &view) == two)
    state.set(addresses: [three, two])
    #expect(current(in: &view) == two)
    state.set(addresses: [three])
    #expect(current(in: &view) == three)
    state.withdraw(unresolved: "")
    #expect(current(in: &view) == nil)
  }

  @Test("goes round once, however many fail at the same address")
  func round() {
    var view = AddressView()
    state.set(addresses: [one, two])
    state.failedToConnect(at: now)
    _ = view.current(of: state)
    #expect(turnAway(from: one, in: &view))
    #expect(turnAway(from: one, in: &view), "another request failed at it too")
    #expect(current(in: &view) == two)
    #expect(!turnAway(from: two, in: &view))
    #expect(current(in: &view) == one)
  }

  @Test("an address that let us in begins a new round")
  func success() {
    var view = AddressView()
    state.set(addresses: [one, two])
    state.failedToConnect(at: now)
    _ = view.current(of: state)
    #expect(turnAway(from: one, in: &view))
    state.connected(at: now)
    #expect(current(in: &view) == two)
    state.failedToConnect(at: now)
    #expect(turnAway(from: two, in: &view))
  }

  @Test("knows whether a look could bring anything new")
  func isCurrent() {
    var view = AddressView()
    state.set(addresses: [one, two])
    #expect(!view.isCurrent(of: state))
    _ = view.current(of: state)
    #expect(view.isCurrent(of: state))
    state.failedToConnect(at: now)
    _ = view.turnAway(from: one)
    #expect(view.isCurrent(of: state), "another address since then is no news from outside")
    state.connected(at: now)
    #expect(!view.isCurrent(of: state), "a new round begins")
    _ = view.current(of: state)
    #expect(view.isCurrent(of: state))
    state.set(addresses: [three])
    #expect(!view.isCurrent(of: state))
  }

  @Test("there is no elsewhere for a single address")
  func single() {
    var view = AddressView()
    state.set(addresses: [one])
    _ = view.current(of: state)
    #expect(!turnAway(from: one, in: &view))
    #expect(current(in: &view) == one)
  }
}
