import ArgumentParser
import Configuration
import Control
import Logging

struct Serve: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve what a configuration file says.",
    discussion: """
      SIGHUP takes the file anew, SIGUSR1 reopens the access log, SIGTERM or ^C ends what is under way and then itself: \
      5 s after `limits.drain` at the latest; a second one ends it at once, whatever is stuck. Exits with 1 where \
      something was left behind. Diagnostics go to standard error.

      EXAMPLES:
        yett serve
        yett serve Config/yett.yaml --verbose
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
      for line in error.lines(on: file.path) { logger.critical("\(line)") }
      throw ExitCode.failure
    }
  }
}

/// The file, for commands that are about it: as an argument, or by `--config`.
struct ConfigurationFile: ParsableArguments {
  @Argument(help: "The configuration file. (default: \(Yett.configurationPath))") var file: String?
  @Option(name: [.customShort("c"), .customLong("config")], help: "The same.") var config: String?

  var path: String { file ?? config ?? Yett.configurationPath }

  func validate() throws {
    guard file == nil || config == nil else { throw ValidationError("one configuration file, please") }
  }
}

extension ServiceError {
  /// A line for each error.
  fileprivate func lines(on path: String) -> [String] {
    if case .configuration(let error) = self { error.lines(on: path) } else { [description] }
  }
}

extension ConfigurationError {
  /// A line for each error, and what to do where there is no file at the default place.
  ///
  /// - Parameter path: where it was looked for.
  func lines(on path: String) -> [String] {
    diagnostics.map(\.description) + (isCut ? ["and more of the kind"] : [])
      + (isMissing(at: path) ? ["name another one as the argument, such as Config/yett.yaml of Yett's sources"] : [])
  }

  /// Whether nobody said which file, and there is none.
  func isMissing(at path: String) -> Bool {
    path == Yett.configurationPath && diagnostics.count == 1 && diagnostics[0].line == 0
  }
}
