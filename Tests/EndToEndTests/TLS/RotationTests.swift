import Foundation
import Testing

@Suite("Under load")
struct RotationTests {
  /// Times that the certificate is replaced; as often, and more, the ticket keys rotate.
  private static let rounds = 6

  /// A client that asks again and again until the folder has a file `stop`, and says `200` for each answer.
  private static func client(_ command: String, in folder: TemporaryFolder) throws -> Program {
    let loop = "while [ ! -e \(folder.path(of: "stop")) ]; do \(command) || echo failed; done"
    return try Program("sh", ["-c", loop])
  }

  @Test("certificates are replaced and ticket keys rotated, and no handshake and no request fails")
  func rotations() throws {
    let folder = try TemporaryFolder()
    let authority = try Authority(in: folder)
    try authority.issue("a.example", to: "a")
    var setup = Setup(routes: [Setup.Route(keys: "respond: { status: 200, body: secure }")])
    setup.listeners = [#"{ name: https, bind: "127.0.0.1:0", tls: front }"#]
    setup.more = "tls: { front: { tickets: { rotate: 1s }, certificates: [{ chain: a.pem, key: a.key }] } }"
    setup.workers = 2
    setup.log = "access: off"
    try withYett(setup, in: folder) { yett throws in
      guard case .port(let port) = try yett.endpoint("https") else { throw Unmet("no port") }
      let address = "https://a.example:\(port)/"
      let curl =
        "curl --silent --noproxy '*' --cacert \(authority.root) --resolve a.example:\(port):127.0.0.1 --output /dev/null"
        + #" --output /dev/null --write-out '%{http_code}\n' \#(address) \#(address)"#
      let session = folder.path(of: "session")
      let openssl =
        #"printf 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n' | openssl s_client -tls1_2 -ign_eof"#
        + " -verify_return_error -CAfile \(authority.root) -servername a.example -connect 127.0.0.1:\(port)"
        + " $([ -s \(session) ] && echo -sess_in \(session)) -sess_out \(session) 2>&1 | grep -o '200 OK'"
      let clients = try [curl, openssl].map { try Self.client($0, in: folder) }
      for _ in 0..<Self.rounds {
        try authority.issue("a.example", to: "a")
        _ = try yett.program.errors.first { $0.contains("certificate replaced") ? $0 : nil }
      }
      try folder.write("", to: "stop")
      for client in clients {
        #expect(try client.exit() == .code(0))
        let said = try client.output.all().split(separator: "\n")
        #expect(said.count > Self.rounds, "\(said)")
        #expect(said.allSatisfy { $0.hasPrefix("200") }, "\(said.filter { !$0.hasPrefix("200") })")
      }
      #expect(try yett.metric(#"yett_listener_failures_total{listener="https",reason="handshake_failed"}"#) == 0)
      let rotations = yett.program.errors.said.split(separator: "\n").count { $0.contains("ticket keys rotated") }
      #expect(rotations >= Self.rounds)
    }
  }
}
