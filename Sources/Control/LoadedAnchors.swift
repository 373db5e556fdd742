import Configuration
import TLS

/// Whom the pools of a configuration trust to vouch for their servers, read before anyone speaks to these.
struct LoadedAnchors: Sendable {
  /// By the pool's name; for those whose servers are verified.
  let byPool: [String: TrustAnchors]

  private typealias Read = Result<TrustAnchors, CertificateError>

  /// Reads all files, each once, which blocks: at start and on the utility thread.
  ///
  /// - Parameter note: is told of everything that is wrong with them. No server of such a pool is believed then.
  init(_ configuration: Configuration, noting note: LoadedTLS.Note) {
    var byPool: [String: TrustAnchors] = [:]
    // The system's store is under `nil`.
    var known: [String?: Read] = [:]
    for pool in configuration.pools {
      guard let tls = pool.tls, tls.verify else { continue }
      let read = known[tls.ca] ?? Self.read(tls.ca)
      known[tls.ca] = read
      switch read {
      case .success(let anchors): byPool[pool.name] = anchors
      case .failure(let error):
        let path: [ConfigurationPlaces.Step] = [.key("pools"), .key(pool.name), .key("tls")]
        if let file = tls.ca {
          note("cannot verify servers: \(error)", path + [.key("ca")], Suggestion.neighbour(of: file))
        } else {
          note("cannot verify servers: \(error); install `ca-certificates`, or name a `ca`", path, nil)
        }
      }
    }
    self.byPool = byPool
  }

  private static func read(_ file: String?) -> Read {
    do throws(CertificateError) {
      guard let file else { return .success(try .ofSystem()) }
      return .success(try TrustAnchors(pem: try PEMFile.read(file), from: file))
    } catch {
      return .failure(error)
    }
  }
}
