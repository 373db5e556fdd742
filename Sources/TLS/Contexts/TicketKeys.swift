import COpenSSL
import Synchronization

/// The keys of one entry's session tickets (RFC 5077, RFC 8446 §4.6.1), shared by all workers so that a session that
/// one began is resumed by any. The first makes tickets, all are accepted. Any thread.
public final class TicketKeys: Sendable {
  private let shown: Mutex<[TicketKey]>
  /// Grows with every change. Read without the lock: who sees an old one uses the keys of before once more.
  private let counter = Atomic<UInt64>(1)

  /// - Parameter keys: at least one.
  public init(_ keys: [TicketKey]) { shown = Mutex(keys) }

  var generation: UInt64 { counter.load(ordering: .acquiring) }
  var current: [TicketKey] { shown.withLock { $0 } }

  /// From the next ticket on. Those that were made with others are worth nothing: a full handshake.
  public func replace(with keys: [TicketKey]) {
    let isOther = shown.withLock { shown in
      let isOther = shown != keys
      shown = keys
      return isOther
    }
    if isOther { counter.add(1, ordering: .releasing) }
  }

  /// Tickets are made with `key` from now on; those of the key before are accepted until the next rotation.
  public func rotate(to key: TicketKey) {
    shown.withLock { shown in shown = [key] + shown.prefix(1) }
    counter.add(1, ordering: .releasing)
  }
}

/// The ticket keys in use, by the name of their `tls:` entry; they outlive snapshots of the configuration. Any thread.
public final class TicketRegistry: Sendable {
  private struct Entry {
    let keys: TicketKeys
    var isShared: Bool
  }

  private let entries = Mutex<[String: Entry]>([:])

  public init() {}

  /// The entry's keys.
  ///
  /// - Parameters:
  ///   - shared: of a file: they are what is accepted from now on. `nil` for an entry whose keys are its own.
  ///   - fresh: what an entry begins with that has no keys of its own yet.
  public func keys(named name: String, shared: [TicketKey]?, fresh: TicketKey) -> TicketKeys {
    entries.withLock { entries in
      let first = shared ?? [fresh]
      guard let known = entries[name] else {
        let keys = TicketKeys(first)
        entries[name] = Entry(keys: keys, isShared: shared != nil)
        return keys
      }
      if shared != nil || known.isShared { known.keys.replace(with: first) }
      entries[name]?.isShared = shared != nil
      return known.keys
    }
  }

  /// `nil` where there is none of that name.
  public func keys(named name: String) -> TicketKeys? { entries.withLock { $0[name]?.keys } }

  /// Forgets entries that the configuration names no more; contexts that still use keys hold them.
  public func retain(only names: Set<String>) { entries.withLock { $0 = $0.filter { names.contains($0.key) } } }
}
