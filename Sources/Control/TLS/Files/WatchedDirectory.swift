import EventLoop
import TLS

/// A directory of pairs that is looked at again and again.
struct WatchedDirectory: Sendable {
  enum Outcome {
    /// The names in it are those of before.
    case same
    /// It has changed not long ago: its pairs, also those that are known.
    case listed([CertificateFiles])
    /// It cannot be read now, and nothing can be said of the pairs in it.
    case unreadable
    /// The same, and it has been so for some looks: somebody has to see to it.
    case refused(CertificateError)
  }

  let path: String
  // Not settled: what has come to it since it was read, before the first look, shows at once.
  private var stillness: Stillness<FileFingerprint?>
  /// Looks in a row at which it could not be read.
  private var misses = 0

  init(_ path: String) {
    self.path = path
    stillness = Stillness(FileFingerprint(of: path), isSettled: false)
  }

  /// Looks at it, and lists it where that may bring something new. A name that comes or goes shows in the directory's
  /// own dates; in the same tick of the kernel's clock it does not, so it is listed a few times more. Blocks on the
  /// disk.
  mutating func look() -> Outcome {
    let mark = FileFingerprint(of: path)
    let advice = stillness.after(mark)
    guard mark != nil else { return miss() }
    guard case .read(let isLast) = advice else { return .same }
    guard let pairs = CertificateFiles.pairs(in: path) else { return miss() }
    misses = 0
    if isLast { stillness.settle() }
    return .listed(pairs)
  }

  private mutating func miss() -> Outcome {
    misses += 1
    guard misses == Stillness<FileFingerprint?>.attempts else { return .unreadable }
    return .refused(CertificateError(file: path, reason: .unreadable("it is no directory that can be read")))
  }
}
