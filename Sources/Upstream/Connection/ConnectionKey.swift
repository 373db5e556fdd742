import EventLoop
import TLS

/// What two connections to origins have in common that may be used for one another: where they go, and all that was
/// agreed on them. A name is part of it only as far as a certificate was held to it.
struct ConnectionKey: Hashable {
  let address: Address
  /// `nil` for cleartext.
  let tls: ServerTLS?
}
