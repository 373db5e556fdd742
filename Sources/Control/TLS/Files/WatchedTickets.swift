import EventLoop
import TLS

/// A file of ticket keys that is looked at again and again.
struct WatchedTickets: Sendable {
  enum Outcome: Equatable {
    /// Nothing that anybody has to know of, yet.
    case same
    case replaced([TicketKey])
    /// What lies there cannot be used; the keys of before still are.
    case refused(TicketKeyFileError)
  }

  let file: String
  private var stillness: Stillness<FileFingerprint?>

  /// One that was read already.
  ///
  /// - Parameter mark: from before it was.
  init(_ file: String, mark: FileFingerprint?) {
    self.file = file
    stillness = Stillness(mark, isSettled: true)
  }

  /// Looks at the file, and reads it where it has changed and keeps still. Blocks on the disk.
  mutating func look() -> Outcome {
    let mark = FileFingerprint(of: file)
    guard case .read(let isLast) = stillness.after(mark) else { return .same }
    do throws(TicketKeyFileError) {
      let keys = try TicketKey.read(file: file)
      guard FileFingerprint(of: file) == mark else { return .same }
      stillness.settle()
      return .replaced(keys)
    } catch {
      guard isLast else { return .same }
      stillness.settle()
      return .refused(error)
    }
  }
}
