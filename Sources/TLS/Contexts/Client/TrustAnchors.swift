import Bytes
import COpenSSL
import EventLoop
import Glibc

/// Certificates whose word is taken for a server's: those of a file, or of the system's store. Octets and no object of
/// OpenSSL, so that each thread parses a copy in its own library context, and none reads a disk while it verifies (as
/// OpenSSL's own look-up would). Any thread.
public struct TrustAnchors: Sendable {
  /// Where they came from, for messages.
  public let source: String
  /// DER; none but of `nobody`.
  let certificates: [[UInt8]]
  /// SHA-256 of all of them.
  private let digest: [UInt8]

  /// - Parameter source: what an error names.
  public init(pem: [UInt8], from source: String) throws(CertificateError) {
    defer { ErrorQueue.clear() }
    try self.init(certificates: Self.read(pem, from: source), from: source)
  }

  /// Nobody's word is taken.
  public static let nobody = TrustAnchors(of: [], from: "nobody")

  private init(certificates: [[UInt8]], from source: String) throws(CertificateError) {
    guard !certificates.isEmpty else { throw CertificateError(file: source, reason: .noCertificate) }
    self.init(of: certificates, from: source)
  }

  private init(of certificates: [[UInt8]], from source: String) {
    (self.certificates, self.source) = (certificates, source)
    let octets = certificates.flatMap { $0 }
    var digest = [UInt8](repeating: 0, count: 32)
    // Proof: SHA-256 writes 32 octets.
    unsafe _ = SHA256(octets, octets.count, &digest)
    self.digest = digest
  }

  private static func read(_ pem: [UInt8], from source: String) throws(CertificateError) -> [[UInt8]] {
    let parsed = unsafe try CertificateObjects.readChain(pem, from: source)
    defer { unsafe CertificateObjects.free(parsed) }
    return unsafe parsed.map { unsafe CertificateObjects.encode($0, i2d_X509) }
  }
}

extension TrustAnchors {
  /// What OpenSSL would look into: a file of certificates, and a directory of them under hashes of their subjects
  /// (`SSL_CERT_FILE` and `SSL_CERT_DIR`, or where the distribution keeps them). Reads some hundred files: not on a
  /// worker.
  ///
  /// - Throws: where neither holds a certificate.
  public static func ofSystem() throws(CertificateError) -> TrustAnchors {
    unsafe try ofSystem(
      file: path(X509_get_default_cert_file_env(), X509_get_default_cert_file()),
      directory: path(X509_get_default_cert_dir_env(), X509_get_default_cert_dir()))
  }

  static func ofSystem(file: String, directory: String) throws(CertificateError) -> TrustAnchors {
    defer { ErrorQueue.clear() }
    var certificates = certificates(in: file)
    for name in (DirectoryListing.names(in: directory) ?? []).sorted() where isHash(name) {
      certificates += Self.certificates(in: "\(directory)/\(name)")
    }
    var seen: Set<[UInt8]> = []
    return try TrustAnchors(
      certificates: certificates.filter { seen.insert($0).inserted },
      from: "the system's store (\(file), \(directory))")
  }

  private static func path(_ variable: UnsafePointer<CChar>?, _ normal: UnsafePointer<CChar>?) -> String {
    // Proof: the names are constants of OpenSSL; nobody here changes the environment.
    if let value = unsafe variable.flatMap({ unsafe getenv($0) }) { return unsafe String(cString: value) }
    return unsafe normal.map { unsafe String(cString: $0) } ?? ""
  }

  /// None of a file that is not there or is nothing of the kind: the store is the system's to keep.
  private static func certificates(in file: String) -> [[UInt8]] {
    do throws(CertificateError) { return try read(PEMFile.read(file), from: file) } catch { return [] }
  }

  /// Eight hex digits, a dot and a number, as `openssl rehash` names them.
  private static func isHash(_ name: String) -> Bool {
    let octets = Array(name.utf8)
    guard octets.count > 9, octets[8] == .dot else { return false }
    return octets[..<8].allSatisfy { $0.hexDigitValue != nil } && octets[9...].allSatisfy(\.isDigit)
  }
}

/// The same certificates, wherever they came from.
extension TrustAnchors: Hashable {
  public static func == (left: TrustAnchors, right: TrustAnchors) -> Bool { left.digest == right.digest }
  public func hash(into hasher: inout Hasher) { hasher.combine(digest) }
}
