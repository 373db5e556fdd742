import ArgumentParser
import Control
import Logging

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Serve what a configuration file says.")

  @Option(name: .shortAndLong, help: "The configuration file.")
  var config = "/etc/yett/yett.yaml"

  func run() throws {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    try Service(configuration: config, logger: Logger(label: "yett")).run()
  }
}
