/// The servers that one thread speaks TLS with. They outlive snapshots, so that a reload that leaves a server's TLS as
/// it was keeps its session. Not `Sendable`: made on the thread that uses it.
public final class KnownServers {
  private let library: TLSLibrary
  private var servers: [ServerTLS: KnownServer] = [:]

  /// - Parameter library: the thread's.
  public init(in library: TLSLibrary) { self.library = library }

  /// The server of which that is known, made where there is none.
  public func server(_ tls: ServerTLS) throws(TLSError) -> KnownServer {
    if let known = servers[tls] { return known }
    let server = KnownServer(tls, under: try context(for: tls))
    servers[tls] = server
    return server
  }

  /// Forgets all others; connections that are there keep theirs.
  public func keep(only wanted: Set<ServerTLS>) { servers = servers.filter { wanted.contains($0.key) } }

  /// One for all servers with the same anchors: parsed anchors of a system's store take a megabyte.
  private func context(for tls: ServerTLS) throws(TLSError) -> TLSClientContext {
    let anchors: TrustAnchors? = if case .verified(_, let anchors) = tls { anchors } else { nil }
    if let known = servers.values.first(where: { $0.context.anchors == anchors }) { return known.context }
    return try TLSClientContext(anchors, in: library)
  }
}
