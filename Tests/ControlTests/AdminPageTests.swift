import Bytes
import Configuration
import HTTP
import Testing

@testable import Control

@Suite("The administration's requests, answers and places")
struct AdminPageTests {
  @Test(
    "the admin socket is root's or the user's own",
    arguments: [
      (true, nil, "/run/yett/admin.sock"), (true, "/run/user/0", "/run/yett/admin.sock"),
      (false, "/run/user/1000", "/run/user/1000/yett/admin.sock"),
      (false, "/run/user/1000/", "/run/user/1000/yett/admin.sock"), (false, nil, nil), (false, "relative", nil),
    ] as [(Bool, String?, String?)])
  func socket(isRoot: Bool, directory: String?, path: String?) {
    #expect(AdminSocket.defaultPath(isRoot: isRoot, runtimeDirectory: directory) == path)
  }

  @Test("the configured socket wins over the default one")
  func configured() {
    #expect(AdminSocket.path(for: AdminConfiguration(socket: "/a")) == "/a")
  }

  @Test("a head becomes a request; repeated credentials and origins are nobody's")
  func request() throws {
    let text =
      "POST /status?a=b?c HTTP/1.1\r\nHost: localhost:1\r\nAccept: text/plain, */*\r\nOrigin: http://a\r\n"
      + "Origin: http://b\r\nAuthorization: Bearer x\r\nAuthorization: Bearer y\r\nContent-Type: application/json\r\n\r\n"
    let octets = Array(text.utf8)
    var parser = RequestHeadParser()
    #expect(try parser.read(octets.span))
    let request = AdminRequest(parser.head, in: octets.span, body: [1])
    #expect(request.method == .post && request.path == "/status" && request.query == "a=b?c" && request.wantsText)
    #expect(request.host == Array("localhost:1".utf8) && request.body == [1])
    #expect(request.origin == Array("http://a,http://b".utf8))
    #expect(request.authorization == Array("Bearer x,Bearer y".utf8))
    #expect(request.contentType == Array("application/json".utf8))
  }

  @Test("the index names every page with its method")
  func index() {
    for page in AdminPage.allCases { #expect(AdminPage.contents.contains("\(page.method.text) \(page.rawValue)")) }
  }

  @Test("a refused reload tells every error with its place, to people and as JSON")
  func outcome() {
    let error = ConfigurationError(
      diagnostics: [
        Diagnostic(file: "a.yaml", line: 3, column: 5, message: "unknown key `helth`", suggestion: "health"),
        Diagnostic(file: "b.yaml", line: 0, column: 0, message: "a \"quoted\" word"),
      ], isCut: true)
    let outcome = ReloadOutcome.refused(error, snapshot: 4)
    #expect(
      outcome.lines == [
        "reload refused, snapshot 4 stays", "unknown key `helth` at a.yaml:3:5; did you mean `health`?",
        "a \"quoted\" word at b.yaml", "and more of the kind",
      ])
    let json = String(decoding: outcome.json, as: UTF8.self)
    #expect(
      json == #"{"reloaded":false,"snapshot":4,"diagnostics":[{"file":"a.yaml","line":3,"column":5,"#
        + #""message":"unknown key `helth`","suggestion":"health"},{"file":"b.yaml","line":0,"column":0,"#
        + #""message":"a \"quoted\" word","suggestion":null}],"more_diagnostics":true}"# + "\n")
    #expect(outcome.status == 422)
    let taken = ReloadOutcome.taken(snapshot: 5, notices: ["a notice"])
    #expect(taken.lines == ["reloaded snapshot=5", "a notice"] && taken.status == 200)
    #expect(
      String(decoding: taken.json, as: UTF8.self) == #"{"reloaded":true,"snapshot":5,"notices":["a notice"]}"# + "\n")
    #expect(ReloadOutcome.turnedAway("x").status == 503)
  }

  @Test(
    "what takes a restart is said with each reload that wants it",
    arguments: [(2, 64, 0), (nil, 64, 0), (4, 64, 1), (2, 65, 1), (1, 1, 2)] as [(Int?, Int, Int)])
  func restart(workers: Int?, memory: Int, notices: Int) {
    var configuration = Configuration()
    configuration.workers = workers
    configuration.cache = CacheConfiguration(memory: memory)
    let fixed = FixedSizes(workers: 2, cache: CacheConfiguration(memory: 64))
    #expect(fixed.notices(on: configuration, cores: 2).count == notices)
  }
}
