/// `openssl s_server` as an origin: on TCP, one connection after the other.
final class SecureServer {
  let endpoint: Endpoint
  let program: Program

  /// - Parameter arguments: `-www` answers each request with a page about its connection, and ends that in order;
  ///   without, it says what the test has it say.
  init(_ certificate: Certificate, _ arguments: String...) throws {
    // Line by line: it flushes what it says when it thinks of it.
    program = try Program(
      "stdbuf",
      ["-oL", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate.chain, "-key", certificate.key]
        + (certificate.issuers.map { ["-cert_chain", $0] } ?? []) + arguments, input: .words)
    endpoint = try program.output.first { line in
      line.hasPrefix("ACCEPT ") ? Endpoint(line.dropFirst(7)) : nil
    }
  }

  /// Waits for a request without a body, and answers it.
  func answer(_ text: String) throws {
    // The line that ends a head is "\r\n", which is one character.
    try program.output.first { $0.utf8.first == UInt8(ascii: "\r") ? () : nil }
    try program.say(text)
  }

  /// Ends its connection, and itself, without `close_notify`.
  func cut() throws { try program.say("Q\n") }
}
