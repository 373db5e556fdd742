import TLS
import Time

/// A pair of files that is looked at again and again, and what is served of it.
struct WatchedPair: Sendable {
  enum Outcome: Equatable {
    /// Nothing that anybody has to know of, yet.
    case same
    case added(Certificate)
    case replaced(Certificate)
    /// What lies there cannot be served; what was served before still is.
    case refused(CertificateError)
    /// Both files are gone.
    case gone
  }

  let files: CertificateFiles
  private var stillness: Stillness<CertificateFiles.Mark>
  /// What is served; `nil` for a pair that has not been good yet.
  private(set) var certificate: Certificate?
  /// Why what lies there now is not served.
  private(set) var refusal: CertificateError?

  /// One that was read already.
  init(_ pair: LoadedTLS.Pair) {
    (files, certificate) = (pair.files, pair.certificate)
    stillness = Stillness(pair.mark, isSettled: true)
  }

  /// One that has come to a directory.
  init(_ files: CertificateFiles) {
    self.files = files
    stillness = Stillness(files.mark, isSettled: false)
  }

  /// Looks at both files, and reads them where they have changed and keep still. Blocks on the disk.
  ///
  /// - Parameters:
  ///   - mayGo: whether the pair may be let go; one that must stay is refused where it is gone.
  ///   - isLastServed: whether it is the last of which something is served, and must stay therefore.
  ///   - loader: made where it is needed.
  mutating func look(
    at now: WallTime, mayGo: Bool, isLastServed: Bool, by loader: inout CertificateLoader?
  ) -> Outcome {
    let mark = files.mark
    guard case .read(let isLast) = stillness.after(mark) else { return .same }
    if mark.isGone, mayGo, certificate == nil || !isLastServed { return .gone }
    do throws(TLSError) {
      let reader = if let loader { loader } else { try CertificateLoader() }
      loader = reader
      return read(by: reader, mark, isLast: isLast, at: now)
    } catch {
      return .same
    }
  }

  private mutating func read(
    by loader: CertificateLoader, _ mark: CertificateFiles.Mark, isLast: Bool, at now: WallTime
  ) -> Outcome {
    var failure: CertificateError?
    let read = files.read(by: loader) { failure = failure ?? $0 }
    // What changed while it was read is another one for the next look.
    guard files.mark == mark else { return .same }
    if let read, read != certificate { failure = read.complaint(at: now) }
    if let failure {
      guard isLast else { return .same }
      stillness.settle()
      refusal = failure
      return .refused(failure)
    }
    guard let read else { return .same }
    stillness.settle()
    refusal = nil
    let old = certificate
    certificate = read
    guard let old else { return .added(read) }
    return old == read ? .same : .replaced(read)
  }
}
