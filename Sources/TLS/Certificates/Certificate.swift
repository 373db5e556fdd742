import Time

/// A chain and its key, checked: the key belongs to the first certificate, each certificate signed the one before it,
/// it names a host, and OpenSSL's security level accepts all. It holds octets and no object of OpenSSL, so that each
/// worker parses a copy in its own library context (keys never cross contexts). Two are equal that serve alike: the
/// same chain and key, wherever they came from. Any thread.
public struct Certificate: Sendable {
  /// What the server's key is; a client that cannot use one kind is served with the other.
  public enum KeyKind: String, Sendable, Equatable {
    case rsa = "RSA"
    case ecdsa = "ECDSA"
    case other
  }

  /// Where the chain came from, for messages.
  public let source: String
  /// DNS names in lower case, with `*.` for a wildcard, and addresses as text: the subject's alternative names, at
  /// least one.
  public let names: [String]
  public let keyKind: KeyKind
  public let keyBits: Int
  public let notBefore: WallTime
  public let notAfter: WallTime
  /// DER, the server's own first.
  let chain: [[UInt8]]
  /// The same names, for requests.
  let hosts: CertificateNames
  /// The PEM file with the key.
  let key: [UInt8]
  /// Until when those above the server's own are valid.
  private let issuersEnd: [WallTime]

  init(_ parsed: CertificateObjects, from source: String, keyPEM: [UInt8]) throws(CertificateError) {
    self.source = source
    names = parsed.names
    guard !names.isEmpty else { throw CertificateError(file: source, reason: .noNames) }
    hosts = CertificateNames(names)
    (keyKind, keyBits) = parsed.keyKind
    (notBefore, notAfter) = parsed.validity
    issuersEnd = parsed.issuersValidity
    chain = parsed.chainDER
    key = keyPEM
  }

  /// What clients say of it now, where that is no good: it has expired, or is not valid yet. What follows from it is
  /// the caller's to say: a certificate that is served already is still better than none.
  public func complaint(at now: WallTime) -> CertificateError? {
    if now >= notAfter { return CertificateError(file: source, reason: .expired(notAfter)) }
    return now < notBefore ? CertificateError(file: source, reason: .notYetValid(notBefore)) : nil
  }

  /// What is to be said of a certificate that can be served all the same.
  public func remarks(at now: WallTime) -> [CertificateRemark] {
    var remarks: [CertificateRemark] = []
    if keyKind == .rsa, keyBits > CertificateRemark.rsaBitsLimit { remarks.append(.largeKey(bits: keyBits)) }
    for (index, end) in issuersEnd.enumerated() where now >= end {
      remarks.append(.issuerExpired(place: index + 2, on: end))
    }
    return remarks
  }
}

extension Certificate: Equatable {
  public static func == (one: Certificate, other: Certificate) -> Bool {
    one.chain == other.chain && one.key == other.key
  }
}

/// What operators should know of a certificate that works.
public enum CertificateRemark: Equatable, Sendable, CustomStringConvertible {
  /// An RSA key of more than `rsaBitsLimit` bits.
  case largeKey(bits: Int)
  /// The certificate at this place of the chain, from 2, has expired.
  case issuerExpired(place: Int, on: WallTime)

  /// A signature with 4,096 bits costs five times one with 2,048, and everybody waits for it.
  public static let rsaBitsLimit = 3_072

  public var description: String {
    switch self {
    case .largeKey(let bits):
      "the RSA key has \(bits) bits, and every handshake pays for it; up to \(Self.rsaBitsLimit), or ECDSA on P-256, is as safe"
    case .issuerExpired(let place, let end):
      "certificate \(place) of the chain expired on \(CivilDate(end).text); take the chain that the issuer hands out now"
    }
  }
}
