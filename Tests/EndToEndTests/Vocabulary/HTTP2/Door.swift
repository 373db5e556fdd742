import Testing

/// How a client comes to HTTP/2: with prior knowledge in cleartext (RFC 9113 §3.3), or by ALPN over TLS (§3.2).
enum Door: String, CaseIterable, CustomTestStringConvertible {
  case cleartext, tls

  var testDescription: String { rawValue }
  var listener: String { self == .cleartext ? "http" : "https" }
  var scheme: String { listener }
}

extension Setup {
  /// Both doors, beside HTTP/1.1: `http` in cleartext, `https` with a certificate for `test.example`.
  func overHTTP2(in folder: TemporaryFolder) throws -> Setup {
    var setup = self
    setup.listeners = [
      #"{ name: http, bind: "127.0.0.1:0", protocols: [h2, http/1.1] }"#,
      #"{ name: https, bind: "127.0.0.1:0", tls: front }"#,
    ]
    setup.more = try Certificate(for: "test.example", in: folder).profile
    return setup
  }
}

extension Yett {
  /// A client that has said nothing yet.
  func connect(by door: Door) throws -> HTTP2Client {
    let connection = try door == .cleartext ? connect(to: door.listener) : tunnel(alpn: "h2")
    return try HTTP2Client(connection, scheme: door.scheme)
  }

  /// A client with its preface and SETTINGS exchanged.
  func open(_ door: Door = .cleartext, _ settings: KeyValuePairs<Frame.Setting, UInt32> = [:]) throws -> HTTP2Client {
    try connect(by: door).open(settings)
  }

  /// A connection to `https` whose TLS openssl speaks.
  func tunnel(alpn: String) throws -> Connection {
    let (inner, outer) = try Descriptor.pair()
    let client = try Program(
      "openssl",
      [
        "s_client", "-quiet", "-no_ign_eof", "-nocommands", "-connect", "\(endpoint("https"))", "-servername",
        "test.example",
        "-verify_return_error", "-CAfile", folder.path(of: "test.example.pem"), "-alpn", alpn,
      ], input: .given(outer), output: outer)
    return Connection(inner, by: client)
  }
}

/// Runs a test's page over HTTP/2 against a Yett of its own, with both doors open.
func withHTTP2(_ setup: Setup, _ page: (Yett) throws -> Void) throws {
  let folder = try TemporaryFolder()
  try withYett(setup.overHTTP2(in: folder), in: folder, page)
}
