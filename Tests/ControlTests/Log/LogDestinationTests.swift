import Configuration
import EventLoop
import Testing

@testable import Control

@Suite("Where the access log goes")
struct LogDestinationTests {
  @Test("what was opened for it is taken once, so that the reader of a FIFO sees no end at the start")
  func takenOnce() {
    let file = LogFile(OutputFile.standardError())
    let destination = LogDestination(.file(path: "a"), opened: file)
    #expect(destination.take().opened === file)
    let again = destination.take()
    #expect(again.destination == .file(path: "a") && again.opened === nil, "who reopens opens anew")
  }

  @Test("another destination comes with its file; the same one stays as it is")
  func changed() {
    let (first, second) = (LogFile(OutputFile.standardError()), LogFile(OutputFile.standardError()))
    let destination = LogDestination(.file(path: "a"), opened: nil)
    #expect(!destination.change(to: .file(path: "a"), opened: first))
    #expect(destination.take().opened === nil)
    #expect(destination.change(to: .file(path: "b"), opened: second))
    let taken = destination.take()
    #expect(taken.destination == .file(path: "b") && taken.opened === second)
  }
}
