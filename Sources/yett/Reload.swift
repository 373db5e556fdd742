import ArgumentParser
import Configuration
import Control
import Time

struct Reload: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let a running Yett take its configuration anew.",
    discussion: """
      Comes back when every worker serves the new configuration. On any error the old one goes on, and all errors are \
      told; then it exits with 1.

      EXAMPLES:
        yett reload
        yett reload --socket /run/yett/admin.sock --json
      """)

  @OptionGroup var running: RunningYett
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let socket: String
    if let found = try running.findSocket() {
      socket = found
    } else {
      throw ExitCode.failure
    }
    let answer = try running.ask(.post, "/reload", asText: !json, at: socket, patience: .seconds(150))
    let isTaken = answer.status == 200
    Terminal.say(answer.text, to: isTaken || json ? .output : .errors)
    if !isTaken { throw ExitCode.failure }
  }
}
