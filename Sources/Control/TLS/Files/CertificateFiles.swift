import EventLoop
import TLS

/// A pair of PEM files: a chain and its key.
struct CertificateFiles: Hashable, Sendable {
  let chain: String
  let key: String

  /// What is seen of both without reading them.
  struct Mark: Equatable, Sendable {
    let chain: FileFingerprint?
    let key: FileFingerprint?

    var isGone: Bool { chain == nil && key == nil }
  }

  /// As it is now. Blocks on the disk.
  var mark: Mark { Mark(chain: FileFingerprint(of: chain), key: FileFingerprint(of: key)) }

  /// The pairs `NAME.pem` and `NAME.key` of a directory, by name; what is there alone is none. Blocks on the disk.
  ///
  /// - Returns: `nil` where it is no directory that can be read.
  static func pairs(in directory: String) -> [CertificateFiles]? {
    guard let names = DirectoryListing.names(in: directory) else { return nil }
    let folder = directory.hasSuffix("/") ? String(directory.dropLast()) : directory
    return names.filter { $0.hasSuffix(".pem") }.map { String($0.dropLast(4)) }
      .filter { names.contains("\($0).key") }.sorted()
      .map { CertificateFiles(chain: "\(folder)/\($0).pem", key: "\(folder)/\($0).key") }
  }

  /// Reads and checks both. Blocks on the disk.
  ///
  /// - Parameter note: is told of everything that is wrong: of both files, where neither can be read.
  /// - Returns: `nil` where something is.
  func read(by loader: CertificateLoader, noting note: (CertificateError) -> Void) -> Certificate? {
    func octets(of file: String) -> [UInt8]? {
      do throws(CertificateError) { return try PEMFile.read(file) } catch {
        note(error)
        return nil
      }
    }
    let (chainPEM, keyPEM) = (octets(of: chain), octets(of: key))
    guard let chainPEM, let keyPEM else { return nil }
    do throws(CertificateError) {
      return try loader.make(chainPEM: chainPEM, from: chain, keyPEM: keyPEM, from: key)
    } catch {
      note(error)
      return nil
    }
  }
}
