import Bytes
import COpenSSL
import Glibc

/// A chain and its key, checked: the key belongs to the first certificate, each certificate signed the one before it,
/// and OpenSSL's security level accepts them. It holds octets and no object of OpenSSL, so that each worker parses a
/// copy in its own library context (keys never cross contexts). Any thread.
public struct Certificate: Sendable {
  /// What the server's key is; a client that cannot use one kind is served with the other.
  public enum KeyKind: Sendable, Equatable { case rsa, ecdsa, other }

  /// Where the chain came from, for messages.
  public let source: String
  /// DNS names in lower case, with `*.` for a wildcard, and addresses as text: the subject's alternative names.
  public let names: [String]
  public let keyKind: KeyKind
  public let keyBits: Int
  /// Seconds since 1970.
  public let notBefore: Int64
  /// Seconds since 1970. Whether an expired certificate is an error is the caller's to say.
  public let notAfter: Int64
  /// DER, the server's own first.
  let chain: [[UInt8]]
  /// DER.
  let key: [UInt8]

  /// The most octets that a PEM file may have: some hundred certificates.
  public static let fileLimit = 1 << 20

  /// - Parameters:
  ///   - chainSource: what an error names.
  ///   - keySource: what an error about the key names.
  public init(
    chainPEM: [UInt8], from chainSource: String, keyPEM: [UInt8], from keySource: String
  ) throws(CertificateError) {
    defer { ErrorQueue.clear() }
    let parsed = try CertificateObjects(chainPEM: chainPEM, from: chainSource, keyPEM: keyPEM, from: keySource)
    try parsed.check(chainSource: chainSource, keySource: keySource)
    source = chainSource
    names = parsed.names
    (keyKind, keyBits) = parsed.keyKind
    (notBefore, notAfter) = parsed.validity
    chain = parsed.chainDER
    key = parsed.keyDER
  }

  /// The octets of a PEM file, of a chain or of a key. Blocks on the disk: not on a worker.
  public static func read(_ file: String) throws(CertificateError) -> [UInt8] {
    // O_NONBLOCK, lest the opening of a FIFO waits for its writer.
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw unreadable(file) }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw unreadable(file) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw CertificateError(file: file, reason: .unreadable("it is not a regular file"))
    }
    var octets: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 16_384)
    while true {
      // Proof: `read` writes at most as many octets as the block has.
      let count = unsafe Glibc.read(descriptor, &block, block.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(file) }
      if count == 0 { return octets }
      octets.append(block.span.extracting(0..<count))
      guard octets.count <= fileLimit else {
        throw CertificateError(file: file, reason: .tooLarge(limit: fileLimit))
      }
    }
  }

  private static func unreadable(_ file: String) -> CertificateError {
    let text = unsafe String(cString: strerror(errno))
    return CertificateError(file: file, reason: .unreadable(text))
  }
}
