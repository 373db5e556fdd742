import Foundation

/// The client that everyone has. One run is one transfer.
enum Curl {
  struct Transfer {
    let exit: Program.Exit
    let status: Int
    let body: String
    /// What `--verbose` said: the handshake, the heads.
    let trace: String
  }

  /// - Parameter arguments: of curl's own; the address last.
  static func get(_ arguments: String..., by deadline: Deadline = .patient) throws -> Transfer {
    try get(arguments, by: deadline)
  }

  static func get(_ arguments: [String], by deadline: Deadline = .patient) throws -> Transfer {
    let mark = "\nstatus="
    let run = try Program.run(
      "curl", ["--silent", "--verbose", "--noproxy", "*", "--write-out", mark + "%{http_code}"] + arguments,
      by: deadline)
    guard let range = run.output.range(of: mark, options: .backwards) else { throw Unmet("curl: \(run.errors)") }
    return Transfer(
      exit: run.exit, status: Int(run.output[range.upperBound...]) ?? 0,
      body: String(run.output[..<range.lowerBound]), trace: run.errors)
  }
}
