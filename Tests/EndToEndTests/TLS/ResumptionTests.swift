import Foundation
import Testing

@Suite("RFC 8446 §2.2, RFC 5077: resumption")
struct ResumptionTests {
  private static func setup(
    _ tickets: String = "", workers: Int = 2, in folder: TemporaryFolder
  ) throws -> Setup {
    var setup = try TLSTests.secure(["a.example", "b.example"], in: folder)
    setup.workers = workers
    if !tickets.isEmpty { setup.more = setup.more.replacing("profile:", with: "tickets: { \(tickets) }, profile:") }
    return setup
  }

  /// One request by `openssl s_client`: whether it was resumed.
  ///
  /// - Parameters:
  ///   - take: the file of an earlier session.
  ///   - leave: where the session of this connection goes.
  private static func isResumed(
    _ yett: Yett, _ version: String, name: String = "a.example", take: String? = nil, leave: String? = nil
  ) throws -> Bool {
    let words =
      ["openssl s_client -\(version) -ign_eof -servername \(name) -connect \(try yett.endpoint("https"))"]
      + (take.map { ["-sess_in \(yett.folder.path(of: $0))"] } ?? [])
      + (leave.map { ["-sess_out \(yett.folder.path(of: $0))"] } ?? [])
    // The connection is ended by the answer: by then the tickets have come.
    let request = #"printf 'GET / HTTP/1.1\r\nHost: \#(name)\r\nConnection: close\r\n\r\n'"#
    let run = try Program.run("sh", ["-c", "\(request) | \(words.joined(separator: " "))"])
    guard run.output.contains("\r\n\r\nsecure") else { throw Unmet("no answer: \(run.output)\(run.errors)") }
    guard let match = run.output.firstMatch(of: #/\n(New|Reused), TLSv/#) else { throw Unmet(run.output) }
    return match.output.1 == "Reused"
  }

  @Test(
    "a session that one worker began is resumed by any, but not under another name", arguments: ["tls1_2", "tls1_3"])
  func workers(version: String) throws {
    let folder = try TemporaryFolder()
    try withYett(Self.setup(in: folder), in: folder) { yett throws in
      #expect(try !Self.isResumed(yett, version, leave: "session"))
      // Where the kernel sends each is its own to say: ten go to one worker alone once in 512 times.
      for _ in 0..<10 { #expect(try Self.isResumed(yett, version, take: "session")) }
      #expect(try !Self.isResumed(yett, version, name: "b.example", take: "session"))
    }
  }

  @Test("keys rotate by themselves, and what was sealed with the last but one is good no more")
  func rotation() throws {
    let folder = try TemporaryFolder()
    try withYett(Self.setup("rotate: 5s", in: folder), in: folder) { yett throws in
      #expect(try !Self.isResumed(yett, "tls1_2", leave: "session"))
      #expect(try Self.isResumed(yett, "tls1_2", take: "session"))
      // As the log writes it: lines from before are read, and are none of these.
      let now = Date().formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true))
      for _ in 0..<2 {
        _ = try yett.program.errors.first {
          $0.contains("ticket keys rotated, profile front") && $0.prefix(23) > now.prefix(23) ? $0 : nil
        }
      }
      #expect(try !Self.isResumed(yett, "tls1_2", take: "session"))
    }
  }

  private static func key() -> String {
    Data((0..<80).map { _ in UInt8.random(in: 0...255) }).base64EncodedString() + "\n"
  }

  private static func write(_ keys: String, to folder: TemporaryFolder, mode: Int = 0o600) throws {
    try folder.write(keys, to: "next.keys")
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder.path(of: "next.keys"))
    _ = unsafe rename(folder.path(of: "next.keys"), folder.path(of: "tickets.keys"))
  }

  @Test("machines with one file of keys resume each other's sessions; a file that changes is taken without a reload")
  func shared() throws {
    let folder = try TemporaryFolder()
    let (old, new) = (Self.key(), Self.key())
    try Self.write(old, to: folder)
    let setup = try Self.setup("keys: tickets.keys", workers: 1, in: folder)
    try withYett(setup, in: folder) { one throws in
      #expect(try !Self.isResumed(one, "tls1_3", leave: "session"))
      let elsewhere = try TemporaryFolder()
      var other = setup
      other.more = other.more.replacing("keys: tickets.keys", with: "keys: \(folder.path(of: "tickets.keys"))")
      try withYett(other, in: elsewhere) { two throws in
        try elsewhere.write(try folder.read("session"), to: "session")
        #expect(try Self.isResumed(two, "tls1_3", take: "session", leave: "session"))
        // The new key makes tickets, the old one is accepted.
        try Self.write(new + old, to: folder)
        for yett in [one, two] {
          let line = try yett.program.errors.first { $0.contains("ticket keys replaced") ? $0 : nil }
          #expect(line.contains("profile front: 2 of \(folder.path(of: "tickets.keys"))"))
        }
        #expect(try Self.isResumed(two, "tls1_3", take: "session", leave: "session"))
        try Self.write(new, to: folder)
        _ = try one.program.errors.first { $0.contains("ticket keys replaced, profile front: 1 of") ? $0 : nil }
        #expect(try !Self.isResumed(one, "tls1_3", take: "session"), "the session of the old key")
        try folder.write(try elsewhere.read("session"), to: "session")
        #expect(try Self.isResumed(one, "tls1_3", take: "session"), "that of the new one")
        #expect(try one.metric("yett_snapshot_number") == 1)
      }
    }
  }

  @Test("a file of keys that others may read is refused, at the start and later")
  func permissions() throws {
    let folder = try TemporaryFolder()
    try Self.write(Self.key(), to: folder, mode: 0o640)
    let setup = try Self.setup("keys: tickets.keys", in: folder)
    let file = try folder.write(setup.yaml(in: folder), to: "yett.yaml")
    for command in ["check", "serve"] {
      let run = try Program.run(
        Yett.executable, [command, "--config", file].filter { command == "serve" || $0 != "--config" })
      #expect(
        run.exit == .code(1) && run.errors.contains("cannot use the ticket keys: \(folder.path(of: "tickets.keys"))"))
      #expect(run.errors.contains("others than its owner have rights on it (mode 0640); `chmod 600` it at \(file):"))
    }
    try Self.write(Self.key(), to: folder)
    try withYett(setup, in: folder) { yett throws in
      #expect(try !Self.isResumed(yett, "tls1_3", leave: "session"))
      try Self.write(Self.key(), to: folder, mode: 0o644)
      let line = try yett.program.errors.first { $0.contains("ticket keys REFUSED") ? $0 : nil }
      #expect(
        line.contains(" error ") && line.contains("(mode 0644)") && line.contains("those of before are used still"))
      #expect(try Self.isResumed(yett, "tls1_3", take: "session"))
    }
  }
}
