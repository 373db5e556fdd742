import EventLoop
import Foundation
import Glibc
import Testing
import Time

@testable import Control

@Suite("The file of the access log")
struct LogFileTests {
  /// A FIFO with a reader that reads when it is told to.
  private final class Pipe {
    let path = FileManager.default.temporaryDirectory.path + "/yett-log-\(UUID().uuidString)"
    private let reader: Int32

    init() throws {
      try unsafe #require(mkfifo(path, 0o600) == 0)
      reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
      try #require(reader >= 0)
    }

    deinit {
      close(reader)
      unsafe unlink(path)
    }

    /// All that lies there.
    func read() -> String {
      var (text, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
      while case let count = unsafe Glibc.read(reader, &part, part.count), count > 0 { text += part.prefix(count) }
      return String(decoding: text, as: UTF8.self)
    }
  }

  @Test(
    "a line that a full destination tore is finished before the next one begins", arguments: [7, 100, 4_095, 5_000])
  func torn(length: Int) throws {
    let pipe = try Pipe()
    let file = try LogFile(appendingTo: pipe.path)
    let line = String(repeating: "x", count: length) + "\n"
    let lines = Array(String(repeating: line, count: 200_000 / length).utf8)
    for _ in 0..<3 {
      #expect(throws: SystemError.self) { try file.write(lines.span, patience: .zero) }
      #expect(throws: SystemError.self, "still full") { try file.write(lines.span, patience: .zero) }
      let before = pipe.read()
      #expect(before.utf8.count >= 4_096)
      try file.write(Array("next\n".utf8).span, patience: .zero)
      let parts = (before + pipe.read()).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(parts.last == "")
      #expect(parts.dropLast(2).allSatisfy { $0.utf8.count == length })
      #expect(parts.dropLast().last == "next")
    }
  }
}
