import Glibc
import Testing

@Suite("Large bodies, small memory", .serialized, .timeLimit(.minutes(5)))
struct BulkTests {
  static let gibibyte = 1 << 30

  @Test("a download of 1 GiB passes in under 64 MiB, cached or not", arguments: ["cache: off", ""])
  func download(route: String) throws {
    let nginx = try Nginx("add_header Cache-Control max-age=60;")
    try nginx.serve("large", octets: Self.gibibyte)
    try withYett(Setup(nginx.endpoint, route: route)) { yett throws in
      let transfer = try Curl.get(
        "--output", "/dev/null", "http://\(yett.endpoint())/large", by: Deadline(in: .seconds(240)))
      #expect(transfer.status == 200 && transfer.exit == .code(0))
      #expect(try yett.residentMemory(peak: true) < 64 * 1024)
    }
  }

  @Test("an upload of 1 GiB passes in under 64 MiB", arguments: ["Content-Length", "chunked"])
  func upload(framing: String) throws {
    let origin = try Origin()
    let folder = try TemporaryFolder()
    let file = try Descriptor(unsafe open(folder.path(of: "large"), O_CREAT | O_WRONLY, 0o644), "open")
    #expect(ftruncate(file.number, Self.gibibyte) == 0)
    try withYett(Setup(origin.endpoint, route: "cache: off, body_limit: 2GiB")) { yett in
      let chunked = framing == "chunked" ? ["--header", "Transfer-Encoding: chunked"] : []
      let curl = try Program(
        "curl",
        ["--silent", "--upload-file", folder.path(of: "large"), "--header", "Expect:"] + chunked + [
          "http://\(yett.endpoint())/"
        ])
      let inside = try origin.accept()
      let deadline = Deadline(in: .seconds(240))
      if case .length(let count) = try inside.head().framing {
        #expect(count == Self.gibibyte)
        try inside.skip(count, by: deadline)
      } else {
        var count = 0
        while let chunk = try inside.chunk(by: deadline) { count += chunk.count }
        #expect(count == Self.gibibyte)
      }
      try inside.send(.ok("thanks"))
      #expect(try curl.output.line() == "thanks")
      #expect(try curl.exit() == .code(0))
      #expect(try yett.residentMemory(peak: true) < 64 * 1024)
    }
  }

  @Test("a slow reader of a fast origin grows nothing: the origin is made to wait")
  func slowReader() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint)) { yett in
      let client = try yett.connect()
      try client.send(.get())
      let (_, inside) = try origin.answer("HTTP/1.1 200 OK\r\nContent-Length: \(Self.gibibyte)\r\n\r\n")
      let before = try yett.residentMemory()
      let sent = inside.stuff(Array(repeating: 0x61, count: 65_536), quiet: .seconds(1), limit: Self.gibibyte)
      #expect(sent < 64 << 20, "what the sockets of both sides hold")
      #expect(try yett.residentMemory() < before + 4 * 1024)
      _ = try client.head()
      try client.skip(sent / 2)
    }
  }

  @Test("a slow origin of a fast sender grows nothing: the client is made to wait")
  func slowOrigin() throws {
    let origin = try Origin()
    try withYett(Setup(origin.endpoint, route: "cache: off, body_limit: 2GiB")) { yett in
      let client = try yett.connect()
      try client.send(.get("/", "Content-Length: \(Self.gibibyte)", method: "POST"))
      let inside = try origin.accept()
      let before = try yett.residentMemory()
      let sent = client.stuff(Array(repeating: 0x61, count: 65_536), quiet: .seconds(1), limit: Self.gibibyte)
      #expect(sent < 64 << 20)
      #expect(try yett.residentMemory() < before + 4 * 1024)
      _ = try inside.head()
    }
  }
}
