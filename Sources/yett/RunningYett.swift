import ArgumentParser
import Configuration
import Control
import HTTP
import Time

/// How a command finds the Yett that it talks to.
struct RunningYett: ParsableArguments {
  @Option(help: "The admin socket, instead of that of the configuration.") var socket: String?
  @Option(
    name: [.customShort("c"), .customLong("config")],
    help: "The configuration file, which says where its admin socket is.")
  var path = Yett.configurationPath

  /// Of a Unix socket's path: `sun_path` of unix(7) with its NUL.
  private static let socketLimit = 107

  func validate() throws {
    guard let socket, socket.utf8.count > Self.socketLimit else { return }
    throw ValidationError("--socket has \(Self.socketLimit) octets at most, as every path of a Unix socket")
  }

  /// The socket that was given, or that the configuration names, or the default one.
  ///
  /// - Returns: `nil` where the configuration is so wrong that it doesn't tell; what is wrong was told then. A Yett
  ///   that is not meant must not be reloaded.
  func findSocket() throws -> String? {
    if let socket { return socket }
    if let named = AdminLookup.read(path: path)?.socket { return named }
    if let error = wrong(), !error.isMissing(at: path) {
      Terminal.say(error.lines(on: path).joined(separator: "\n"), to: .errors)
      return nil
    }
    guard let path = AdminSocket.path(for: nil) else {
      throw ValidationError(
        "name the admin socket with --socket, or the configuration that does with --config: XDG_RUNTIME_DIR is not set")
    }
    return path
  }

  private func wrong() -> ConfigurationError? {
    do throws(ConfigurationError) {
      _ = try Configuration.load(path: path)
      return nil
    } catch {
      return error
    }
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
