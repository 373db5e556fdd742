import Synchronization
import Testing

@Suite("Health checks")
struct HealthTests {
  /// A server whose health the test turns on and off.
  final class Switch: Sendable {
    private let isUp = Mutex(true)
    func turn(_ on: Bool) { isUp.withLock { $0 = on } }
    func answer(_ request: Request, _ name: String) -> String {
      guard request.target == "/healthz" else { return .ok(name) }
      return isUp.withLock { $0 } ? .ok() : .ok("", status: "500 Ill")
    }
  }

  static let health = "health: { path: /healthz, interval: 100ms, timeout: 2s, rise: 2, fall: 3 }"

  /// Waits until so many checks more have been answered and followed by another, which is after their verdict.
  static func checks(_ count: Int, of origin: AutomaticOrigin) throws {
    let before = origin.requests(to: "/healthz").count
    try origin.wait { $0.filter { $0.target == "/healthz" }.count > before + count + 1 }
  }

  @Test("a server that fails its checks gets no requests until it rises again")
  func failing() throws {
    let health = Switch()
    let ill = try AutomaticOrigin { health.answer($0, "ill") }
    let well = try AutomaticOrigin { Switch().answer($0, "well") }
    try withYett(Setup(ill.endpoint, well.endpoint, pool: Self.health)) { yett in
      try Self.checks(2, of: well)
      #expect(try Set((0..<4).map { _ in try yett.ask().text }) == ["ill", "well"])
      health.turn(false)
      try Self.checks(3, of: ill)
      for _ in 0..<6 { #expect(try yett.ask().text == "well") }
      health.turn(true)
      try Self.checks(2, of: ill)
      #expect(try Set((0..<4).map { _ in try yett.ask().text }) == ["ill", "well"])
    }
  }

  @Test("a server that is gone is found down, and found up when it is back")
  func gone() throws {
    let well = try AutomaticOrigin { Switch().answer($0, "well") }
    let endpoint = try Origin.refusing()
    try withYett(Setup(endpoint, well.endpoint, pool: Self.health)) { yett in
      try Self.checks(3, of: well)
      for _ in 0..<6 { #expect(try yett.ask().text == "well") }
      let back = try AutomaticOrigin(at: endpoint) { Switch().answer($0, "back") }
      try Self.checks(2, of: back)
      #expect(try Set((0..<4).map { _ in try yett.ask().text }) == ["back", "well"])
    }
  }

  @Test("a check is a request that says whom it is for, and does not keep its connection")
  func request() throws {
    let origin = try AutomaticOrigin { _ in .ok() }
    try withYett(Setup(origin.endpoint, pool: Self.health)) { _ in
      try origin.wait { $0.count >= 2 }
      let check = origin.requests[0]
      #expect(check.method == "GET" && check.target == "/healthz" && check["Host"] != nil)
      #expect(check["Connection"]?.lowercased() == "close")
    }
  }
}
