import ArgumentParser
import Configuration
import Control
import Time

struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how a running Yett does: routes against their targets, servers, cache, snapshot.",
    discussion: """
      EXAMPLES:
        yett status
        yett status --since 5m --route search
        yett status --json | jq '.routes[] | {route, met: .target.met}'
      """)

  @Option(help: "How far back to look, up to 10m.") var since = "60s"
  @Option(help: "One route alone: its name, or SITE/NAME.") var route: String?
  @Flag(help: "Print JSON.") var json = false
  @OptionGroup var running: RunningYett

  func validate() throws {
    guard let span = Duration(configured: since), span > .zero, span <= .seconds(600) else {
      throw ValidationError("--since is a duration such as 60s or 5m, up to 10m, not '\(since)'")
    }
    guard route?.utf8.allSatisfy({ $0.isNameOctet }) ?? true else {
      throw ValidationError("--route is the name of a route, or SITE/NAME")
    }
  }

  func run() throws {
    guard let socket = try running.findSocket() else { throw ExitCode.failure }
    let target = "/status?since=\(since)" + (route.map { "&route=\($0)" } ?? "")
    let answer = try running.ask(.get, target, asText: !json, at: socket, patience: .seconds(10))
    let isThere = answer.status == 200
    Terminal.say(answer.text, to: isThere ? .output : .errors)
    if !isThere { throw ExitCode.failure }
  }
}

extension UInt8 {
  /// What names of sites and routes are made of, and the slash between them.
  fileprivate var isNameOctet: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"),
      UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
