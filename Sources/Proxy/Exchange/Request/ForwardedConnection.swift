import Bytes
import HTTP

/// What origins are told of a client's connection, made once for all its requests.
struct ForwardedConnection {
  /// `X-Forwarded-For`, `-Proto` and `-Port`.
  let fields: FieldBlock
  /// What stands in `Forwarded` before the request's host and behind it (RFC 7239 §4); addresses of IPv6 are quoted and
  /// bracketed (§6.1).
  private let beforeHost: [UInt8]
  private let behindHost: [UInt8]

  /// - Parameters:
  ///   - peer: a host in text, without brackets.
  ///   - port: what clients connect to.
  init(peer: String, scheme: Scheme, port: UInt16) {
    var fields = FieldBlock()
    // They fit, and have nothing that a field may not have.
    do throws(FieldError) {
      try fields.append("X-Forwarded-For", Array(peer.utf8).span, known: .xForwardedFor)
      try fields.append("X-Forwarded-Proto", scheme.text, known: .xForwardedProto)
      try fields.append("X-Forwarded-Port", Array(String(port).utf8).span, known: .xForwardedPort)
    } catch { fields.removeAll() }
    self.fields = fields
    beforeHost = Array((peer.contains(":") ? "for=\"[\(peer)]\";host=\"" : "for=\(peer);host=\"").utf8)
    behindHost = Array("\";proto=\(scheme.text)".utf8)
  }

  /// Octets of the value of `Forwarded`.
  func octets(with host: Span<UInt8>) -> Int { beforeHost.count + host.count + behindHost.count }

  /// The value of `Forwarded`.
  ///
  /// - Parameter host: of the request, as `Host` has it.
  func write(host: Span<UInt8>, to output: inout OutputSpan<UInt8>) {
    output.append(beforeHost.span)
    output.append(host)
    output.append(behindHost.span)
  }
}
