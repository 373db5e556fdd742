import ArgumentParser
import Demo

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show the whole product: sample origins, Yett before them, and how each route keeps its target.",
    discussion: """
      Needs nothing. It makes a certificate, starts sample origins inside the process and serves them on \
      https://localhost:8443, on loopback alone. ^C ends it.

      EXAMPLES:
        yett demo
        yett demo --port 9443 --no-traffic
        yett demo --port 0 --seconds 10 > demo.txt
      """)

  @Option(help: "The port of HTTPS; 0 lets the system choose.") var port: UInt16 = 8443
  @Option(help: "End after so many seconds.") var seconds: Int?
  @Flag(name: .customLong("no-traffic"), help: "Send nothing to itself.") var isQuiet = false

  func validate() throws {
    guard seconds.map({ $0 >= 1 }) ?? true else { throw ValidationError("--seconds is 1 or more") }
  }

  func run() throws {
    do throws(DemoError) {
      try Demo(Demo.Options(port: port, seconds: seconds, hasTraffic: !isQuiet)).run()
    } catch {
      Terminal.say("\(error)", to: .errors)
      throw ExitCode.failure
    }
  }
}
