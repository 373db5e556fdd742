import Glibc

/// nginx as an origin, in the foreground and for this test alone.
final class Nginx {
  let endpoint: Endpoint
  private let program: Program
  private let folder: TemporaryFolder

  /// - Parameters:
  ///   - locations: what stands in its `server` block.
  ///   - certificate: it speaks TLS with this; cleartext without.
  init(_ locations: String, certificate: Certificate? = nil) throws {
    // A Unix socket needs no port that somebody else may take between asking and binding.
    folder = try TemporaryFolder()
    endpoint = .path(folder.path(of: "nginx.sock"))
    let tls = certificate.map { "ssl_certificate \($0.chain); ssl_certificate_key \($0.key);" } ?? ""
    let file = try folder.write(
      """
      daemon off; master_process off; pid \(folder.path(of: "pid")); error_log stderr notice;
      events { worker_connections 512; }
      http {
        access_log off; client_max_body_size 0;
        client_body_temp_path \(folder.path(of: "body")); proxy_temp_path \(folder.path(of: "proxy"));
        fastcgi_temp_path \(folder.path(of: "f")); uwsgi_temp_path \(folder.path(of: "u")); scgi_temp_path \(folder.path(of: "s"));
        server { listen \(endpoint)\(tls.isEmpty ? "" : " ssl"); \(tls) root \(folder.path); \(locations) }
      }
      """, to: "nginx.conf")
    program = try Program("nginx", ["-p", folder.path, "-e", "stderr", "-c", file])
    // It binds before it speaks of its event method.
    try program.errors.first { $0.contains("start worker") || $0.contains("using the") ? () : nil }
  }

  /// Makes a file of so many octets that it serves at `/name`.
  func serve(_ name: String, octets: Int) throws {
    let file = try Descriptor(unsafe open(folder.path(of: name), O_CREAT | O_WRONLY, 0o644), "open")
    guard ftruncate(file.number, octets) == 0 else { throw Unmet("ftruncate: errno \(errno)") }
  }

  deinit {
    program.signal(SIGTERM)
    _ = try? program.exit()
  }
}
