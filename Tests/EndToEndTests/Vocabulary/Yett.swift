import Foundation
import Testing

/// The real executable, started with a configuration of its own and listening where the kernel lets it.
final class Yett {
  let folder: TemporaryFolder
  let program: Program
  /// Where its listeners are, by name; `admin` is `admin.bind`.
  private(set) var endpoints: [String: Endpoint] = [:]

  var identifier: Int32 { program.identifier }
  private var configuration: String { folder.path(of: "yett.yaml") }

  /// `YETT`, or what was built beside the tests.
  static var executable: String {
    if let path = ProcessInfo.processInfo.environment["YETT"] { return path }
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: tests).deletingLastPathComponent().appending(path: "yett").path
  }

  /// Starts it and waits until it says where it listens.
  init(_ setup: Setup, in folder: TemporaryFolder? = nil, environment: [String: String] = [:]) throws {
    self.folder = try folder ?? TemporaryFolder()
    try self.folder.write(setup.yaml(in: self.folder), to: "yett.yaml")
    program = try Program(
      Self.executable, ["serve", "--config", self.folder.path(of: "yett.yaml")], environment: environment)
    let deadline = Deadline.patient
    // With the two doors of the administration: who reads on for something else would miss them.
    while endpoints.count < setup.listeners.count + 2 { try hear(by: deadline) }
  }

  /// Reads on to where the next listener is.
  private func hear(by deadline: Deadline = .patient) throws {
    let (name, endpoint) = try program.errors.first(by: deadline, Self.listener)
    endpoints[name] = endpoint
  }

  /// `… ready listener=NAME address=127.0.0.1:PORT …`, one line for each listener, on standard error.
  private static func listener(_ line: String) -> (String, Endpoint)? {
    guard let match = line.firstMatch(of: #/ready listener=(?<name>[^\s"]+) address=(?<address>[^\s"]+)/#) else {
      return nil
    }
    return Endpoint(match.output.address).map { (String(match.output.name), $0) }
  }

  func endpoint(_ name: String = "http") throws -> Endpoint {
    while true {
      if let endpoint = endpoints[name] { return endpoint }
      try hear()
    }
  }

  /// A client's connection.
  func connect(to listener: String = "http") throws -> Connection { try Connection(to: endpoint(listener)) }

  /// One request on a connection of its own, and its answer.
  func ask(_ request: String = .get("/", "Connection: close")) throws -> Answer {
    let client = try connect()
    try client.send(request)
    return try client.answer(to: String(request.prefix { $0 != " " }))
  }

  // MARK: Operating

  enum Reload: Equatable {
    case taken(snapshot: Int)
    case refused
  }

  /// Writes another configuration, sends SIGHUP and waits for what it says of it: `reloaded snapshot=N`, or
  /// `reload refused`.
  @discardableResult
  func reload(_ setup: Setup) throws -> Reload { try reload(text: setup.yaml(in: folder)) }

  func reload(text: String) throws -> Reload {
    try folder.write(text, to: "yett.yaml")
    program.signal(SIGHUP)
    return try program.errors.first { line in
      if let match = line.firstMatch(of: #/reloaded snapshot=(\d+)/#) {
        return .taken(snapshot: Int(match.output.1) ?? 0)
      }
      return line.contains("reload refused") ? .refused : nil
    }
  }

  /// Runs a command against this process: `yett.command("status", "--json")`.
  func command(_ words: String..., by deadline: Deadline = .patient) throws -> (
    exit: Program.Exit, output: String, errors: String
  ) {
    try Program.run(Self.executable, words + ["--config", configuration], by: deadline)
  }

  /// GET at `admin.bind`.
  func admin(_ path: String) throws -> Answer {
    let endpoint = try endpoint("admin")
    let client = try Connection(to: endpoint)
    try client.send("GET \(path) HTTP/1.1\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n")
    return try client.answer()
  }

  /// The value of a sample of `/metrics` whose line begins with `series`.
  func metric(_ series: String) throws -> Double? {
    try admin("/metrics").text.split(separator: "\n").first { $0.hasPrefix(series) }
      .flatMap { $0.split(separator: " ").last }.flatMap { Double($0) }
  }

  /// The next line of the access log of which `isMeant`.
  func logLine(where isMeant: ([String: Any]) -> Bool = { _ in true }) throws -> [String: Any] {
    try program.output.first { line in
      guard let entry = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else { return nil }
      return isMeant(entry) ? entry : nil
    }
  }

  /// Resident memory in KiB: now, or the most it ever was.
  func residentMemory(peak: Bool = false) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix(peak ? "VmHWM:" : "VmRSS:") }
    return line.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }.flatMap { Int($0) } ?? 0
  }

  func descriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count
  }

  /// Stops all its threads for the body: what happens in it comes to them at once.
  func whileStopped(_ body: () throws -> Void) rethrows { try program.whileStopped(body) }

  /// SIGTERM, and its end.
  func stop(by deadline: Deadline = .patient) throws -> Program.Exit {
    program.signal(SIGTERM)
    return try program.exit(by: deadline)
  }
}

/// Runs a test's page against a Yett of its own, stops it, and sees that it ended in order. What it said on standard
/// error stands beside whatever failed.
func withYett(
  _ setup: Setup, in folder: TemporaryFolder? = nil, environment: [String: String] = [:], _ page: (Yett) throws -> Void
) throws {
  let yett = try Yett(setup, in: folder, environment: environment)
  do { try page(yett) } catch {
    yett.program.signal(SIGKILL)
    _ = try? yett.program.exit()
    Issue.record("\(error)\nyett said:\n\((try? yett.program.errors.all()) ?? "")")
    return
  }
  let exit = try yett.stop()
  #expect(exit == .code(0), "yett said:\n\((try? yett.program.errors.all()) ?? "")")
}
