import Synchronization

/// The certificates in use, by the name of their `tls:` entry. They outlive snapshots of the configuration, and a
/// context that looks at an entry sees its replacement with the next handshake. Any thread.
public final class CertificateRegistry: Sendable {
  private let entries = Mutex<[String: CertificateEntry]>([:])

  public init() {}

  /// The entry of that name, made from `initial` if there is none.
  public func entry(named name: String, initial: CertificateSet) -> CertificateEntry {
    entries.withLock { entries in
      if let entry = entries[name] { return entry }
      let entry = CertificateEntry(initial)
      entries[name] = entry
      return entry
    }
  }

  public func entry(named name: String) -> CertificateEntry? { entries.withLock { $0[name] } }

  /// Forgets entries that the configuration names no more; contexts that still look at one keep it alive.
  public func retain(only names: Set<String>) { entries.withLock { $0 = $0.filter { names.contains($0.key) } } }
}

/// One entry's certificates, replaced as a whole. Any thread.
public final class CertificateEntry: Sendable {
  private let shown: Mutex<CertificateSet>
  /// Grows with every replacement. Read without the lock: who sees an old one serves the old certificates once more.
  private let counter = Atomic<UInt64>(1)

  init(_ set: CertificateSet) { shown = Mutex(set) }

  /// 1 at first, one more after each `replace` with others.
  public var generation: UInt64 { counter.load(ordering: .acquiring) }

  /// What is served from the next handshake on; those under way keep what they began with.
  public func replace(with new: CertificateSet) {
    let isOther = shown.withLock { shown in
      let isOther = shown.certificates != new.certificates
      shown = new
      return isOther
    }
    if isOther { counter.add(1, ordering: .releasing) }
  }

  /// What is to be served now.
  public var current: CertificateSet { shown.withLock { $0 } }
}
