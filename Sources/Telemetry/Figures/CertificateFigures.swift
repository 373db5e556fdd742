import Time

/// What is served of one certificate's files, and what is not.
public struct CertificateFigures: Equatable, Sendable {
  /// The TLS profile's name.
  public var profile: String
  /// Of the chain.
  public var file: String
  /// As the certificate has them; none where nothing of the files is served.
  public var names: [String] = []
  /// Kind and bits of the key: `ECDSA 256`.
  public var key = ""
  /// `nil` where nothing of the files is served.
  public var notAfter: WallTime?
  /// Why what lies in the files now is not served, in words.
  public var refusal: String?

  public init(profile: String, file: String, notAfter: WallTime?) {
    (self.profile, self.file, self.notAfter) = (profile, file, notAfter)
  }
}

/// What became of changed files, so far.
public struct CertificateChanges: Equatable, Sendable {
  /// Certificates that were added, replaced or removed.
  public var taken: UInt64 = 0
  public var refused: UInt64 = 0

  public init() {}
}
