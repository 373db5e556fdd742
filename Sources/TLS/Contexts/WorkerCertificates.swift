import COpenSSL

/// One worker's view of an entry's certificates: parsed in the worker's own library context when first asked for; where
/// the entry was replaced, those that stay keep what was parsed.
struct WorkerCertificates {
  private let entry: CertificateEntry
  private var generation: UInt64
  private var set: CertificateSet
  private var parsed: [Int: CertificateObjects] = [:]

  init(of entry: CertificateEntry) {
    self.entry = entry
    // The generation first: a replacement in between is then seen once more, never missed.
    generation = entry.generation
    set = entry.current
  }

  /// Gives a connection the certificates of the name it asked for; `false` where OpenSSL refuses them.
  ///
  /// - Parameter connection: an `SSL *` whose certificate callback is under way.
  @unsafe mutating func install(for name: String?, on connection: OpaquePointer, in library: TLSLibrary) -> Bool {
    var isInstalled = false
    for place in latest.choose(for: name) {
      guard let objects = objects(at: place, in: library) else { continue }
      // Proof: OpenSSL takes references of its own on all three.
      if unsafe SSL_use_cert_and_key(connection, objects.leaf, objects.key, objects.issuers, 1) == 1 {
        isInstalled = true
      }
    }
    return isInstalled
  }

  /// What the entry holds now.
  var latest: CertificateSet {
    mutating get {
      let latest = entry.generation
      if latest != generation {
        generation = latest
        adopt(entry.current)
      }
      return set
    }
  }

  private mutating func adopt(_ latest: CertificateSet) {
    let known = Dictionary(
      parsed.map { (set.certificates[$0.key].source, $0) }, uniquingKeysWith: { first, _ in first })
    parsed = [:]
    for (place, certificate) in latest.certificates.enumerated() {
      guard let (old, objects) = known[certificate.source], set.certificates[old] == certificate else { continue }
      parsed[place] = objects
    }
    set = latest
  }

  private mutating func objects(at place: Int, in library: TLSLibrary) -> CertificateObjects? {
    if let known = parsed[place] { return known }
    guard place < set.certificates.count,
      let objects = try? CertificateObjects(parsing: set.certificates[place], in: library)
    else { return nil }
    parsed[place] = objects
    return objects
  }
}
