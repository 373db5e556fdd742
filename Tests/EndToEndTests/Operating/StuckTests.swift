import Foundation
import Testing

@Suite("What is stuck keeps nobody from ending")
struct StuckTests {
  static func makeFIFO(_ path: String) throws {
    guard unsafe mkfifo(path, 0o600) == 0 else { throw Unmet("mkfifo: errno \(errno)") }
  }

  /// As a program that reads it has a FIFO open.
  static func reader(of path: String) throws -> Descriptor {
    try makeFIFO(path)
    return try Descriptor(unsafe open(path, O_RDONLY | O_NONBLOCK), "open")
  }

  static func logging(to log: String) -> Setup {
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: a }")])
    setup.log = #"access: "\#(log)", query: true"#
    return setup
  }

  /// More lines than a pipe holds.
  static func fillLog(of endpoint: Endpoint) throws {
    let client = try Connection(to: endpoint)
    for _ in 0..<200 {
      try client.send(.get("/?" + String(repeating: "q", count: 1_000)))
      #expect(try client.answer().status == 200)
    }
    client.close()
  }

  // MARK: Files

  @Test("an access log that is a FIFO which nobody reads refuses a start and a reload, and is told")
  func unreadFIFO() throws {
    let folder = try TemporaryFolder()
    let path = folder.path(of: "log.fifo")
    try Self.makeFIFO(path)
    try withYett(Self.logging(to: "off"), in: folder) { yett in
      #expect(try yett.reload(Self.logging(to: path)) == .refused)
      let check = try yett.command("check")
      #expect(check.exit == .code(1) && check.errors.contains("\(path): it is a FIFO that nobody reads"))
      #expect(try yett.reload(Self.logging(to: "off")) == .taken(snapshot: 2))
      try folder.write(Self.logging(to: path).yaml(in: folder), to: "yett.yaml")
      let (exit, _, errors) = try yett.command("reload")
      #expect(exit == .code(1) && errors.contains("\(path): it is a FIFO that nobody reads"), "\(errors)")
    }
    let file = try folder.write(Self.logging(to: path).yaml(in: folder), to: "yett.yaml")
    let start = try Program.run(Yett.executable, ["serve", "--config", file])
    #expect(start.exit == .code(1) && start.errors.contains("it is a FIFO that nobody reads"), "\(start.errors)")
  }

  @Test("an access log that is a FIFO with a reader is written to it, without an end in between")
  func readFIFO() throws {
    let folder = try TemporaryFolder()
    let reader = Output(try Self.reader(of: folder.path(of: "log.fifo")))
    try withYett(Self.logging(to: folder.path(of: "log.fifo")), in: folder) { yett in
      for number in 0..<3 {
        _ = try yett.ask(.get("/\(number)", "Connection: close"))
        #expect(try reader.line()?.contains("/\(number)") == true)
        #expect(try yett.reload(Self.logging(to: folder.path(of: "log.fifo"))) == .taken(snapshot: number + 2))
      }
    }
  }

  @Test("a FIFO whose reader stands still costs lines, which are counted, and no end")
  func slowFIFO() throws {
    let folder = try TemporaryFolder()
    let reader = try Self.reader(of: folder.path(of: "log.fifo"))
    try withYett(Self.logging(to: folder.path(of: "log.fifo")), in: folder) { yett in
      try Self.fillLog(of: yett.endpoint())
      let deadline = Deadline.patient
      while try yett.metric("yett_log_lines_lost_total") == 0 {
        guard !deadline.isOver else { throw Unmet("no line was lost") }
      }
      // Another destination works from now on.
      #expect(try yett.reload(Self.logging(to: folder.path(of: "log"))) == .taken(snapshot: 2))
      while try !folder.read("log").contains("/found") {
        guard !deadline.isOver else { throw Unmet("nothing was written to the other file") }
        _ = try yett.ask(.get("/found", "Connection: close"))
      }
    }
    reader.close()
  }

  @Test("a certificate that is no regular file is refused by check, start and reload", arguments: ["chain", "key"])
  func certificate(part: String) throws {
    let folder = try TemporaryFolder()
    var setup = try TLSTests.secure(["a.example"], in: folder)
    let certificate = folder.path(of: part == "chain" ? "a.example.pem" : "a.example.key")
    setup.more = setup.more.replacingOccurrences(of: certificate, with: folder.path(of: "fifo"))
    try Self.makeFIFO(folder.path(of: "fifo"))
    try withYett(Self.logging(to: "off"), in: folder) { yett in
      #expect(try yett.reload(setup) == .refused)
      let (exit, _, errors) = try yett.command("check")
      #expect(exit == .code(1) && errors.contains("fifo: cannot be read: it is not a regular file"), "\(errors)")
      let second = try Program.run(Yett.executable, ["serve", "--config", folder.path(of: "yett.yaml")])
      #expect(second.exit == .code(1) && second.errors.contains("it is not a regular file"), "\(second.errors)")
    }
  }

  // MARK: Threads

  /// Starts it with an output that goes to a FIFO which the test holds open.
  static func start(_ setup: Setup, in folder: TemporaryFolder, output number: Int) throws -> (Program, Descriptor) {
    let path = folder.path(of: "output")
    try makeFIFO(path)
    let output = try Descriptor(unsafe open(path, O_RDWR), "open")
    let file = try folder.write(setup.yaml(in: folder), to: "yett.yaml")
    let words = ["-c", "exec \(Yett.executable) serve --config \(file) \(number)>\(path)"]
    return (try Program("/bin/sh", words), output)
  }

  @Test("a log thread that is stuck is left behind: at the drain's end, or at once after a second signal")
  func stuckLog() throws {
    for signals in 1...2 {
      let folder = try TemporaryFolder()
      var setup = Self.logging(to: "-")
      setup.limits = signals == 1 ? "drain: 1s" : "drain: 10m"
      let (program, output) = try Self.start(setup, in: folder, output: 1)
      let endpoint = try program.errors.first { line in
        line.firstMatch(of: #/listener=http address=(\S+)/#).flatMap { Endpoint($0.output.1) }
      }
      try Self.fillLog(of: endpoint)
      program.signal(SIGTERM)
      if signals == 2 {
        _ = try program.errors.first { $0.contains("draining") ? true : nil }
        program.signal(SIGTERM)
      }
      #expect(try program.exit() == .code(1))
      #expect(try program.errors.all().contains("yett-log") == (signals == 1))
      output.close()
    }
  }

  @Test("a control loop that is stuck is left behind", arguments: [1, 2])
  func stuckControl(signals: Int) throws {
    let folder = try TemporaryFolder()
    var setup = Self.logging(to: "off")
    setup.limits = signals == 1 ? "drain: 1s" : "drain: 10m"
    let (program, output) = try Self.start(setup, in: folder, output: 2)
    let errors = Output(output)
    _ = try errors.first { $0.contains("listener=admin.socket") ? true : nil }
    // Until not an octet more fits: whatever it says next, it waits.
    let filler = try Descriptor(unsafe open(folder.path(of: "output"), O_WRONLY | O_NONBLOCK), "open")
    for size in [4_096, 1] {
      let octets = [UInt8](repeating: 0x0A, count: size)
      while unsafe Glibc.write(filler.number, octets, size) > 0 {}
    }
    try folder.write("nonsense: 1\n", to: "yett.yaml")
    program.signal(SIGHUP)
    program.signal(SIGTERM)
    for _ in 1..<signals {
      // Two that come at once are one.
      _ = output.isReadable(by: Deadline(in: .zero))
      program.signal(SIGINT)
    }
    #expect(try program.exit() == .code(1))
  }
}
