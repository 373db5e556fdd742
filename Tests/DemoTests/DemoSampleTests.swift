import Configuration
import HTTP
import Testing
import Time

@testable import Demo

@Suite("The demo's sample origins")
struct DemoSampleTests {
  @Test("every page that visitors know is there, and may be cached", arguments: SamplePages.paths)
  func page(path: String) {
    var site = SampleSite(seed: 1)
    let answer = site.answer(to: SampleRequest(path), of: .pages)
    #expect(answer.status == 200 && answer.mediaType == .html)
    #expect(answer.cacheControl.hasPrefix("max-age="))
    #expect(answer == site.answer(to: SampleRequest(path), of: .pages))
  }

  @Test(
    "what is not there is a 404, what is no reading a 405",
    arguments: ["/nothing", "/news/0", "/news/25", "/bins/x"])
  func noPage(path: String) {
    var site = SampleSite(seed: 1)
    #expect(site.answer(to: SampleRequest(path), of: .pages).status == 404)
    #expect(site.answer(to: SampleRequest("/bins", .post), of: .pages).status == 405)
  }

  @Test("the search takes 100 to 400 ms, and is never to be cached")
  func search() {
    var site = SampleSite(seed: 1)
    let answers = (0..<200).map { _ in site.answer(to: SampleRequest("/search?q=a"), of: .search) }
    #expect(answers.allSatisfy { (.milliseconds(100)..<(.milliseconds(400))).contains($0.pause) })
    #expect(answers.allSatisfy { $0.cacheControl == "no-store" })
    let late = answers.count { $0.pause > .milliseconds(300) }
    #expect((20...120).contains(late))
  }

  @Test(
    "the API fails as it was told, checks and all, until it recovers",
    arguments: [
      ("/switch/fail", false, true), ("/switch/fail/all", true, true), ("/switch/recover", false, false),
    ])
  func failure(order: String, first: Bool, second: Bool) {
    var site = SampleSite(seed: 1)
    // Whoever of them is told.
    let told = site.answer(to: SampleRequest(order, .post), of: .pages)
    #expect(told.status == 303 && told.location == "/")
    for path in ["/api/bins/next", "/healthz"] {
      #expect((site.answer(to: SampleRequest(path), of: .firstAPI).status == 500) == first)
      #expect((site.answer(to: SampleRequest(path), of: .secondAPI).status == 500) == second)
    }
    _ = site.answer(to: SampleRequest("/switch/recover", .post), of: .pages)
    #expect(site.answer(to: SampleRequest("/api"), of: .secondAPI).status == 200)
  }

  @Test("every so-many-th answer of the two fails, and no check")
  func every() {
    var site = SampleSite(seed: 1)
    _ = site.answer(to: SampleRequest("/switch/every/5", .post), of: .pages)
    var failed = 0
    for number in 0..<100 {
      let origin = number % 2 == 0 ? SampleSite.Origin.firstAPI : .secondAPI
      if site.answer(to: SampleRequest("/api"), of: origin).status == 500 { failed += 1 }
      #expect(site.answer(to: SampleRequest("/healthz"), of: origin).status == 200)
    }
    #expect(failed == 20)
  }

  @Test(
    "an order that is none changes nothing",
    arguments: [
      ("/switch/fail", .get, 405), ("/switch", .post, 404), ("/switch/fail/one", .post, 404),
      ("/switch/every/1", .post, 404), ("/switch/every/0", .post, 404), ("/switch/every/-5", .post, 404),
      ("/switch/every/99999999999999999999", .post, 404), ("/switch/recover/now", .post, 404),
    ] as [(String, HTTP.Method, UInt16)])
  func noOrder(target: String, method: HTTP.Method, status: UInt16) {
    var site = SampleSite(seed: 1)
    #expect(site.answer(to: SampleRequest(target, method), of: .firstAPI).status == status)
    #expect(site.failure == .none)
  }

  @Test("visitors ask for what is there, with a pause before", arguments: [DemoScript.Role.reader, .searcher, .caller])
  func visitors(role: DemoScript.Role) {
    var (script, site) = (DemoScript(role, seed: 7), SampleSite(seed: 1))
    let origin: SampleSite.Origin = role == .reader ? .pages : role == .searcher ? .search : .firstAPI
    for _ in 0..<500 {
      let step = script.next()
      #expect(step.method == .get && step.pause >= .milliseconds(80) && step.pause < .seconds(1))
      #expect(site.answer(to: SampleRequest(step.target), of: origin).status == 200, "\(step.target)")
    }
  }

  @Test("the director breaks what it mends")
  func director() {
    var (script, site) = (DemoScript(.director, seed: 7), SampleSite(seed: 1))
    for _ in 0..<4 {
      for isBroken in [true, false] {
        let step = script.next()
        #expect(site.answer(to: SampleRequest(step.target, step.method), of: .pages).status == 303, "\(step.target)")
        #expect((site.failure != .none) == isBroken && step.pause >= .seconds(10))
      }
    }
  }

  @Test("once its user has given an order, the demo gives none")
  func touched() {
    var (script, site) = (DemoScript(.director, seed: 7), SampleSite(seed: 1))
    _ = site.answer(to: SampleRequest("/switch/fail/all", .post), of: .pages)
    for _ in 0..<4 {
      let step = script.next()
      #expect(site.answer(to: SampleRequest(step.target, step.method), of: .pages).status == 303)
      #expect(site.failure == .all)
    }
  }

  @Test("chance stays below its bound, 0 too", arguments: [0, 1, 2, 300, .max] as [UInt64])
  func random(bound: UInt64) {
    var random = SampleRandom(seed: .max)
    for _ in 0..<100 { #expect(random.below(bound) < max(bound, 1)) }
  }

  @Test("the configuration is valid, and loopback alone is bound", arguments: [(8443, 8080), (8443, nil), (0, nil)])
  func configuration(port: Int, redirectPort: Int?) throws {
    let file = DemoConfiguration(
      port: UInt16(port), redirectPort: redirectPort.map { UInt16($0) },
      origins: DemoConfiguration.Origins(
        pages: "127.0.0.1:1", search: "127.0.0.1:2", firstAPI: "127.0.0.1:3", secondAPI: "127.0.0.1:4"),
      adminSocket: redirectPort.map { _ in "/run/yett/demo-1.sock" })
    let configuration = try file.decode()
    #expect(configuration.listeners.map(\.name) == ["https"] + (redirectPort.map { _ in ["http"] } ?? []) + ["inside"])
    for listener in configuration.listeners { #expect("\(listener.bind)".hasPrefix("127.0.0.1:")) }
    #expect(configuration.listeners[0].publicPort == (port == 0 ? nil : port))
    #expect(configuration.tls.map(\.name) == [DemoConfiguration.profile])
    #expect(configuration.pools.map(\.servers.count) == [1, 1, 2])
    #expect(configuration.sites[0].routes.count { $0.target != nil } == 3)
    #expect(configuration.admin.socket == redirectPort.map { _ in "/run/yett/demo-1.sock" })
  }
}
