import Foundation
import Testing

@testable import TLS

@Suite("A file of ticket keys")
struct TicketKeyTests {
  /// 80 octets that begin with `first`.
  private static func line(_ first: UInt8) -> String {
    Data([first] + [UInt8](1..<80)).base64EncodedString()
  }

  private static func reason(_ text: String) -> TicketKeyFileError.Reason? {
    do throws(TicketKeyFileError.Reason) {
      _ = try TicketKey.keys(in: Array(text.utf8))
      return nil
    } catch { return error }
  }

  @Test("has a key a line, the first first; empty lines and comments are none")
  func keys() throws {
    let text = "# of 2026\n\(Self.line(7))\r\n\n\(Self.line(8))"
    let keys = try TicketKey.keys(in: Array(text.utf8))
    #expect(keys.map(\.name) == [[7] + [UInt8](1..<16), [8] + [UInt8](1..<16)])
    #expect(keys[0].cipherKey == [UInt8](16..<48) && keys[0].macKey == [UInt8](48..<80))
  }

  private static let noKeys: [(String, TicketKeyFileError.Reason)] = [
    ("", .empty), ("# nothing\n", .empty), ("x", .noKey(line: 1)),
    ("\n" + Data(count: 48).base64EncodedString(), .noKey(line: 2)),
    ("\(line(1).dropLast())A", .noKey(line: 1)), ("*\(line(1).dropFirst())", .noKey(line: 1)),
    ("\(line(1)) ", .noKey(line: 1)), ("\(line(1))\n\(line(2))\n\(line(1))", .twice(line: 3)),
    ((0..<17).map { line($0) }.joined(separator: "\n"), .tooMany),
  ]

  @Test("is refused with the line that is no key", arguments: noKeys)
  func refused(text: String, reason: TicketKeyFileError.Reason) { #expect(Self.reason(text) == reason) }

  @Test("cut at any octet it is refused or whole, and never traps")
  func cut() {
    let text = Self.line(1)
    for cut in 0..<text.utf8.count { #expect(Self.reason(String(text.prefix(cut))) != nil, "\(cut)") }
    #expect(Self.reason(text) == nil)
  }

  @Test(
    "is refused where others than its owner have rights on it",
    arguments: [(0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false), (0o700, true)])
  func permissions(mode: Int, isTaken: Bool) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "yett-keys-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try #require(
      FileManager.default.createFile(
        atPath: path, contents: Data(Self.line(1).utf8), attributes: [.posixPermissions: mode]))
    do throws(TicketKeyFileError) {
      #expect(try TicketKey.read(file: path).count == 1 && isTaken)
    } catch {
      #expect(!isTaken && error == TicketKeyFileError(file: path, reason: .permissions(UInt32(mode))))
    }
  }

  @Test("a file that is not there is named")
  func missing() {
    let reason = TicketKeyFileError.Reason.unreadable("cannot be read: No such file or directory")
    #expect(throws: TicketKeyFileError(file: "/nowhere", reason: reason)) { try TicketKey.read(file: "/nowhere") }
  }

  @Test("an entry's keys outlive reloads, unless a file is to say or has said")
  func registry() throws {
    let registry = TicketRegistry()
    let (one, two, three) = try (TicketKey.random(), TicketKey.random(), TicketKey.random())
    let keys = registry.keys(named: "front", shared: nil, fresh: one)
    #expect(registry.keys(named: "front", shared: nil, fresh: two) === keys && keys.current == [one])
    _ = registry.keys(named: "front", shared: [two, three], fresh: one)
    #expect(keys.current == [two, three])
    _ = registry.keys(named: "front", shared: nil, fresh: one)
    #expect(keys.current == [one], "those of the file are known elsewhere")
    registry.retain(only: ["back"])
    #expect(registry.keys(named: "front") == nil)
  }
}
