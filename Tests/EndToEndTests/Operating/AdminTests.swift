import Foundation
import Testing

@Suite("Administration")
struct AdminTests {
  static let hello = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: hello }")])

  @Test("/metrics is Prometheus' text: HELP and TYPE before samples, counters end in _total, bounds hold the target")
  func metrics() throws {
    let origin = try AutomaticOrigin { _ in .ok("hello", "Cache-Control: max-age=60") }
    let target = "target: { latency: 77ms, percentile: 95, availability: 99.9% }"
    try withYett(Setup(origin.endpoint, route: target)) { yett in
      for _ in 0..<5 { #expect(try yett.ask().status == 200) }
      let answer = try yett.admin("/metrics")
      #expect(answer.status == 200 && answer["Content-Type"]?.hasPrefix("text/plain; version=0.0.4") == true)
      var (types, samples): (Set<Substring>, Int) = ([], 0)
      for line in answer.text.split(separator: "\n") {
        let words = line.split(separator: " ")
        if line.hasPrefix("# TYPE ") {
          types.insert(words[2])
          #expect(words[3] != "counter" || words[2].hasSuffix("_total"), "\(line)")
        } else if !line.hasPrefix("#") {
          let name = words[0].prefix { $0 != "{" }
          let family =
            ["_bucket", "_sum", "_count"].first(where: name.hasSuffix).map { name.dropLast($0.count) } ?? name
          #expect(types.contains(family) || types.contains(name), "\(line): no TYPE before it")
          #expect(Double(words.last ?? "") != nil || words.last == "+Inf", "\(line)")
          samples += 1
        }
      }
      #expect(samples > 10 && answer.text.contains(#"le="0.077""#))
      #expect(answer.text.contains("yett_requests_total{") && answer.text.contains(#"route="all""#))
    }
  }

  @Test("/healthz is well; a strange Host or Origin is refused")
  func access() throws {
    try withYett(Self.hello) { yett in
      #expect(try yett.admin("/healthz").status == 200)
      #expect(try yett.admin("/nothing").status == 404)
      let endpoint = try yett.endpoint("admin")
      for fields in ["Host: evil.example", "Host: \(endpoint)\r\nOrigin: http://evil.example"] {
        let client = try Connection(to: endpoint)
        try client.send("GET /metrics HTTP/1.1\r\n\(fields)\r\nConnection: close\r\n\r\n")
        #expect(try (400..<500).contains(client.answer().status), "\(fields)")
      }
      let client = try Connection(to: endpoint)
      try client.send("POST /reload HTTP/1.1\r\nHost: \(endpoint)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
      #expect(try (400..<500).contains(client.answer().status), "changes need a token")
    }
  }

  @Test("`yett status` tells routes, servers, cache and snapshot, for people and as JSON")
  func status() throws {
    let origin = try AutomaticOrigin { _ in .ok() }
    try withYett(Setup(origin.endpoint)) { yett in
      for _ in 0..<5 { _ = try yett.ask() }
      let people = try yett.command("status")
      #expect(people.exit == .code(0) && people.output.contains("all") && people.output.contains("main"))
      let json = try yett.command("status", "--json", "--since", "60s", "--route", "all")
      #expect(json.exit == .code(0))
      let report = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
      #expect(report?["routes"] != nil)
    }
  }

  /// So many connections are served at once, of each door.
  static let limit = 64

  @Test("silent clients of `bind` keep nobody from the socket; who is too many there is told")
  func silentClients() throws {
    try withYett(Self.hello) { yett in
      let silent = try (0..<Self.limit).map { _ in try yett.connect(to: "admin") }
      let answer = try yett.admin("/metrics")
      #expect(answer.status == 503 && answer.text.contains("the administration is busy"))
      #expect(try yett.command("status").exit == .code(0))
      for client in silent { client.close() }
    }
  }

  @Test("a command that finds the socket busy says so, and works when it is not")
  func busySocket() throws {
    try withYett(Self.hello) { yett in
      let silent = try (0..<Self.limit).map { _ in try yett.connect(to: "admin.socket") }
      for command in ["status", "reload"] {
        let (exit, output, errors) = try yett.command(command, "--json")
        #expect(exit == .code(1) && output == "")
        #expect(errors == "the administration is busy; try again in a moment\n", "\(command)")
      }
      #expect(try yett.admin("/healthz").status == 200)
      for client in silent { client.close() }
      let deadline = Deadline.patient
      while try yett.command("status").exit != .code(0) {
        guard !deadline.isOver else { throw Unmet("it stays busy") }
      }
    }
  }

  @Test("`yett check` exits 0 for yes, 1 for no with every error's place, 2 for misuse")
  func check() throws {
    let folder = try TemporaryFolder()
    let good = try folder.write(Self.hello.yaml(in: folder), to: "good.yaml")
    let bad = try folder.write("listeners:\n  - { name: http, bindd: \"127.0.0.1:0\" }\nhelth: {}\n", to: "bad.yaml")
    let yes = try Program.run(Yett.executable, ["check", "--config", good])
    #expect(yes.exit == .code(0) && yes.output.contains("good.yaml is valid\n  1 listener "))
    let run = try Program.run(Yett.executable, ["check", "--config", bad])
    let said = run.output + run.errors
    #expect(run.exit == .code(1) && said.contains("bad.yaml:2:") && said.contains("bad.yaml:3:1"))
    #expect(said.contains("did you mean `bind`?"))
    #expect(try Program.run(Yett.executable, ["check", "--nonsense"]).exit == .code(2))
    #expect(try Program.run(Yett.executable, ["serve", "--config", bad]).exit == .code(1))
  }

  @Test("the executable holds no ICU data: nobody linked the large Foundation")
  func withoutICU() throws {
    let libraries = try Program.run("ldd", [Yett.executable]).output
    #expect(!libraries.contains("FoundationICU") && !libraries.contains("libFoundation.so"))
    #expect(
      try Data(contentsOf: URL(filePath: Yett.executable), options: .alwaysMapped).range(of: Data("icudt".utf8)) == nil)
  }
}
