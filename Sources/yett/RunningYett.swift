import ArgumentParser
import Configuration
import Control
import HTTP
import Time

/// How a command finds the Yett that it talks to.
struct RunningYett: ParsableArguments {
  @Option(help: "The admin socket, instead of that of the configuration.") var socket: String?
  @OptionGroup var file: ConfigurationFile

  /// The socket that was given, or that the configuration names, or the default one.
  ///
  /// - Returns: `nil` where the configuration is so wrong that it doesn't tell; what is wrong was told then. A Yett that
  ///   is not meant must not be reloaded.
  func findSocket() throws -> String? {
    if let socket { return socket }
    if let named = AdminLookup.read(path: file.path)?.socket { return named }
    if let error = wrong(), !isMissing(error) {
      Terminal.say(error.lines.joined(separator: "\n"), to: .errors)
      return nil
    }
    guard let path = AdminSocket.path(for: nil) else {
      throw ValidationError("name the admin socket: XDG_RUNTIME_DIR is not set")
    }
    return path
  }

  private func wrong() -> ConfigurationError? {
    do throws(ConfigurationError) {
      _ = try Configuration.load(path: file.path)
      return nil
    } catch {
      return error
    }
  }

  /// Without a file at the default path, the default socket is meant.
  private func isMissing(_ error: ConfigurationError) -> Bool {
    file.path == Yett.configurationPath && error.diagnostics.count == 1 && error.diagnostics[0].line == 0
  }

  func ask(
    _ method: HTTP.Method, _ target: String, asText: Bool, at socket: String, patience: Nanoseconds
  ) throws -> AdminClient.Answer {
    do throws(AdminClientError) {
      return try AdminClient.ask(method, target, asText: asText, socket: socket, patience: patience)
    } catch {
      Terminal.say("\(error)", to: .errors)
      throw ExitCode.failure
    }
  }
}
