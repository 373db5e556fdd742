import ArgumentParser
import Configuration
import Control

@main struct Yett: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "yett",
    abstract: "A reverse proxy that caches, balances, and keeps its routes to their targets.",
    discussion: """
      EXAMPLES:
        yett demo
        yett check Config/yett.yaml
        yett serve Config/yett.yaml
        yett status --since 5m

      Exits with 0 for yes, 1 for no, 2 for misuse.
      """,
    version: YettVersion.current,
    subcommands: [Serve.self, Check.self, Reload.self, Status.self, DemoCommand.self])

  /// Where the configuration is unless a command is told.
  static let configurationPath = "/etc/yett/yett.yaml"
  /// ArgumentParser's own is 64.
  private static let misuse: Int32 = 2

  static func main() {
    if let word = CommandLine.arguments.dropFirst().first, let meant = meant(by: word) {
      Terminal.say("there is no command `\(word)`; did you mean `\(meant)`?", to: .errors)
      exit(withError: ExitCode(misuse))
    }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      end(with: error)
    }
  }

  /// The command that was probably meant by a word that is none.
  private static func meant(by word: String) -> String? {
    let names = configuration.subcommands.map { $0.configuration.commandName ?? "\($0)".lowercased() } + ["help"]
    return names.contains(word) ? nil : Suggestion.closest(to: word, among: names)
  }

  /// Says why, and exits with the code for it.
  private static func end(with error: any Error) -> Never {
    let code = exitCode(for: error)
    let message = fullMessage(for: error)
    if !message.isEmpty { Terminal.say(message, to: code == .success ? .output : .errors) }
    exit(withError: ExitCode(code == .validationFailure ? misuse : code.rawValue))
  }
}
