import ArgumentParser
import Configuration
import Control
import Logging

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve what a configuration file says.",
    discussion: """
      SIGHUP takes the file anew, SIGUSR1 reopens the access log, SIGTERM or ^C ends what is under way and then itself:
      5 s after `limits.drain` at the latest; a second one ends it at once, whatever is stuck. Exits with 1 where
      something was left behind. Diagnostics go to standard error.

      EXAMPLES:
        yett serve
        yett serve --config Config/yett.yaml --verbose
      """)

  @OptionGroup var file: ConfigurationFile

  @Flag(help: "Say more.") var verbose = false
  @Flag(help: "Say errors and warnings alone.") var quiet = false

  func validate() throws {
    guard !verbose || !quiet else { throw ValidationError("--verbose and --quiet exclude each other") }
  }

  func run() throws {
    let level: Logger.Level = verbose ? .debug : quiet ? .warning : .info
    LoggingSystem.bootstrap { _ in DiagnosticLog(level: level) }
    let logger = Logger(label: "yett")
    do throws(ServiceError) {
      try Service(source: .file(file.path), logger: logger).run()
    } catch {
      for line in error.lines { logger.critical("\(line)") }
      throw ExitCode.failure
    }
  }
}

/// `--config`, for commands that need the file.
struct ConfigurationFile: ParsableArguments {
  @Option(name: [.customShort("c"), .customLong("config")], help: "The configuration file.")
  var path = Yett.configurationPath
}

extension ServiceError {
  /// A line for each error.
  fileprivate var lines: [String] {
    if case .configuration(let error) = self { error.lines } else { [description] }
  }
}

extension ConfigurationError {
  /// A line for each error.
  var lines: [String] { diagnostics.map(\.description) + (isCut ? ["and more of the kind"] : []) }
}
