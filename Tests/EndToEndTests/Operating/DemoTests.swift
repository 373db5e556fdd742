import Testing

@Suite("yett demo")
struct DemoTests {
  @Test("serves pages over HTTPS, shows routes against their targets, and ends by itself", .timeLimit(.minutes(1)))
  func demo() throws {
    let demo = try Program(Yett.executable, ["demo", "--port", "0", "--seconds", "4"])
    let place = try demo.output.first { $0.firstMatch(of: #/Yett demo: (https://localhost:\d+)$/#)?.output.1 }
    let page = try Curl.get("--insecure", "\(place)/")
    #expect(page.status == 200 && page.body.contains("Glenyett Council"))
    let again = try Curl.get("--insecure", "--include", "\(place)/")
    #expect(again.body.contains("cache-status: Yett; hit"), "\(again.body)")
    let told = try Curl.get("--insecure", "--request", "POST", "\(place)/switch/fail/all")
    #expect(told.body.hasPrefix("api-1 and api-2 answer 500"), "\(told.body)")
    #expect(try demo.exit() == .code(0))
    let said = try demo.output.all()
    for route in ["pages", "search", "api"] { #expect(said.contains("\n\(route) "), "\(said)") }
    #expect(said.contains(#/\napi .*NO: (errors|both)/#), "\(said)")
    #expect(said.contains("api-1 and api-2 answer 500"))
    #expect(!said.contains("\u{1B}"), "no terminal, no control sequences")
    #expect(try demo.errors.all() == "")
  }

  @Test("a port that is taken is told, with the option that helps")
  func taken() throws {
    let origin = try Origin()
    guard case .port(let port) = origin.endpoint else { throw Unmet("no port") }
    let run = try Program.run(Yett.executable, ["demo", "--port", "\(port)", "--seconds", "1"])
    #expect(run.exit == .code(1) && run.output == "")
    #expect(run.errors.contains("port \(port) is taken") && run.errors.contains("--port"), "\(run.errors)")
  }
}
