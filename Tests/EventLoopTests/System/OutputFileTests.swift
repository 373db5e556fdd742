import Foundation
import Testing

@testable import EventLoop

@Suite("What lines are appended to")
struct OutputFileTests {
  /// Runs with a path at which there is nothing.
  static func withPath(_ body: (String) throws -> Void) rethrows {
    let path = FileManager.default.temporaryDirectory.appending(path: "yett-\(UInt32.random(in: 0 ... .max))").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  /// Why it can't be opened; `nil` where it can.
  static func refusal(_ path: String) -> OutputFileError? {
    do throws(OutputFileError) {
      _ = try OutputFile(appendingTo: path)
      return nil
    } catch {
      return error
    }
  }

  @Test("a regular file is made with mode 0640, or appended to")
  func regular() throws {
    try Self.withPath { path in
      for text in ["a\n", "b\n"] { try OutputFile(appendingTo: path).write(Array(text.utf8).span) }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "a\nb\n")
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode.map { $0 & ~0o640 } == 0)
    }
  }

  @Test("a FIFO that nobody reads is refused and waited for by nobody")
  func unread() {
    Self.withPath { path in
      #expect(unsafe mkfifo(path, 0o600) == 0)
      #expect(Self.refusal(path) == .unread(path: path))
    }
  }

  @Test("a reader that takes nothing costs what it does not take, and no more than the patience")
  func stuck() {
    Self.withPath { path in
      #expect(unsafe mkfifo(path, 0o600) == 0)
      let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      let octets = [UInt8](repeating: 0x61, count: 1 << 20)
      #expect(throws: SystemError("write", code: EAGAIN)) {
        try OutputFile(appendingTo: path).write(octets.span, patience: .milliseconds(1))
      }
    }
  }

  @Test("devices of characters are appended to; directories and what is missing are not")
  func others() {
    #expect(Self.refusal("/dev/null") == nil)
    #expect(Self.refusal("/tmp") == .system(SystemError("open /tmp", code: EISDIR)))
    #expect(Self.refusal("/nowhere/a") == .noFolder(path: "/nowhere/a", folder: "/nowhere"))
    #expect(Self.refusal("") == .system(SystemError("open ", code: ENOENT)))
  }

  @Test("whether a path could be appended to is asked without making anything")
  func probed() throws {
    func refusal(_ path: String) -> OutputFileError? {
      do throws(OutputFileError) {
        try OutputFile.probe(appendingTo: path)
        return nil
      } catch {
        return error
      }
    }
    for path in ["/tmp", "/nowhere/a"] { #expect(refusal(path) == Self.refusal(path) && refusal(path) != nil) }
    #expect(refusal("/dev/null") == nil)
    try Self.withPath { path in
      #expect(refusal(path) == nil)
      #expect(!FileManager.default.fileExists(atPath: path))
      try OutputFile(appendingTo: path).write(Array("a".utf8).span)
      #expect(refusal(path) == nil)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "a")
    }
    Self.withPath { path in
      #expect(unsafe mkfifo(path, 0o600) == 0)
      #expect(refusal(path) == .unread(path: path))
      let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
      #expect(refusal(path) == nil)
      close(reader)
    }
  }
}
