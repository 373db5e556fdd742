import Bytes

extension Version {
  /// Octets of `HTTP/1.1`.
  static let length = 8

  /// Reads one octet of a start line's version (RFC 9112 §2.3): it is short, and may be cut anywhere.
  ///
  /// - Parameters:
  ///   - offset: of the octet in the version, 0 to `length - 1`.
  ///   - malformed: what it is for this start line where it is no version.
  /// - Throws: `malformed`, or `unsupportedVersion` for a major number that is not 1.
  mutating func read(_ octet: UInt8, at offset: Int, orThrow malformed: HeadError) throws(HeadError) {
    switch offset {
    case 0: guard octet == UInt8(ascii: "H") else { throw malformed }
    case 1, 2: guard octet == UInt8(ascii: "T") else { throw malformed }
    case 3: guard octet == UInt8(ascii: "P") else { throw malformed }
    case 4: guard octet == .slash else { throw malformed }
    case 5:
      guard octet.isDigit else { throw malformed }
      guard octet == UInt8(ascii: "1") else { throw .unsupportedVersion }
    case 6: guard octet == .dot else { throw malformed }
    default:
      guard octet.isDigit else { throw malformed }
      self = octet == UInt8(ascii: "0") ? .http10 : .http11
    }
  }
}
