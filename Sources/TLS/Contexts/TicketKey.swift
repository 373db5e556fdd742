import COpenSSL
import Glibc

/// One key of session tickets: a name that stands in each of them, AES-256-CBC and HMAC-SHA-256 (RFC 5077 §4).
public struct TicketKey: Sendable, Equatable {
  static let nameOctets = 16
  static let octets = 80

  let name: [UInt8]
  let cipherKey: [UInt8]
  let macKey: [UInt8]

  /// Of 80 octets: 16 of the name, 32 each for AES and HMAC.
  private init(_ octets: some Collection<UInt8>) {
    name = Array(octets.prefix(16))
    cipherKey = Array(octets.dropFirst(16).prefix(32))
    macKey = Array(octets.dropFirst(48).prefix(32))
  }

  /// A new one, from OpenSSL's random numbers.
  public static func random() throws(TLSError) -> TicketKey {
    var octets = [UInt8](repeating: 0, count: Self.octets)
    // Proof: the array has as many octets as are asked for.
    guard unsafe RAND_priv_bytes(&octets, Int32(octets.count)) == 1 else { throw TLSError("draw random ticket keys") }
    return TicketKey(octets)
  }

  // MARK: A file of keys

  /// Keys that one file may hold.
  public static let fileLimit = 16
  /// Of a line: 80 octets in base64 (RFC 4648 §4).
  private static let lineOctets = 108

  /// The keys of a file, which machines may share: a line each, 80 octets in base64; empty lines and those that begin
  /// with `#` are none. Blocks on the disk.
  public static func read(file: String) throws(TicketKeyFileError) -> [TicketKey] {
    let (text, permissions): ([UInt8], mode_t)
    do throws(CertificateError) { (text, permissions) = try PEMFile.readAll(file) } catch {
      throw TicketKeyFileError(file: file, reason: .unreadable("\(error.reason)"))
    }
    // Whoever has a key reads what it sealed.
    guard permissions & 0o077 == 0 else {
      throw TicketKeyFileError(file: file, reason: .permissions(UInt32(permissions)))
    }
    do throws(TicketKeyFileError.Reason) { return try keys(in: text) } catch {
      throw TicketKeyFileError(file: file, reason: error)
    }
  }

  static func keys(in text: [UInt8]) throws(TicketKeyFileError.Reason) -> [TicketKey] {
    var keys: [TicketKey] = []
    for (index, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
      guard let key = key(of: Array(line)) else { throw .noKey(line: index + 1) }
      guard !keys.contains(where: { $0.name == key.name }) else { throw .twice(line: index + 1) }
      keys.append(key)
      guard keys.count <= fileLimit else { throw .tooMany }
    }
    guard !keys.isEmpty else { throw .empty }
    return keys
  }

  private static func key(of line: [UInt8]) -> TicketKey? {
    guard line.count == lineOctets, line.last == UInt8(ascii: "="), line[lineOctets - 2] != UInt8(ascii: "=") else {
      return nil
    }
    var octets = [UInt8](repeating: 0, count: lineOctets / 4 * 3)
    // Proof: of 108 characters OpenSSL writes 81 octets, the last of which stands for the padding.
    guard unsafe EVP_DecodeBlock(&octets, line, Int32(lineOctets)) == Int32(octets.count) else {
      ErrorQueue.clear()
      return nil
    }
    return TicketKey(octets.prefix(Self.octets))
  }
}

/// Why a file of ticket keys cannot be used.
public struct TicketKeyFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Its path.
  public let file: String
  /// What is wrong with it.
  public let reason: Reason

  /// What is wrong, told apart as far as its remedy differs.
  public enum Reason: Error, Equatable, Sendable {
    /// In words.
    case unreadable(String)
    /// The bits of `chmod`: others than its owner may do something with it.
    case permissions(UInt32)
    /// A line, from 1, that is no key.
    case noKey(line: Int)
    /// The line repeats the name of an earlier key.
    case twice(line: Int)
    case tooMany
    case empty
  }

  public var description: String {
    switch reason {
    case .unreadable(let why): "\(file): \(why)"
    case .permissions(let mode):
      "\(file): others than its owner have rights on it (mode 0\(String(mode, radix: 8))); `chmod 600` it"
    case .noKey(let line):
      "\(file): line \(line) is no key, which is 80 octets in base64: `openssl rand 80 | base64 -w0`"
    case .twice(let line): "\(file): line \(line) has the name of an earlier key (its first 16 octets)"
    case .tooMany: "\(file): more than \(TicketKey.fileLimit) keys"
    case .empty: "\(file): no key in it; one is 80 octets in base64: `openssl rand 80 | base64 -w0`"
    }
  }
}
