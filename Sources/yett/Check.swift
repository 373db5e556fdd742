import ArgumentParser
import Configuration
import Control
import Telemetry

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say whether a configuration can be served, and all that is wrong with it.",
    discussion: """
      Reads what the file includes and its certificates too. Exits with 0 where it can be served, with 1 where not.

      EXAMPLES:
        yett check Config/yett.yaml
        yett check --json | jq -r '.diagnostics[].message'
      """)

  @Argument(help: "The configuration file, instead of that of --config.") var file: String?
  @OptionGroup var standard: ConfigurationFile
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let path = file ?? standard.path
    do throws(ConfigurationError) {
      let configuration = try ConfigurationSource.file(path).check()
      if json {
        Terminal.write(report(on: path, configuration, nil))
      } else {
        Terminal.say(summary(of: configuration, path))
      }
    } catch {
      if json {
        Terminal.write(report(on: path, nil, error))
      } else {
        Terminal.say(error.lines.joined(separator: "\n"), to: .errors)
      }
      throw ExitCode.failure
    }
  }

  private func summary(of configuration: Configuration, _ path: String) -> String {
    let routes = configuration.sites.reduce(0) { $0 + $1.routes.count }
    return "\(path) is valid: \(Self.count(configuration.sites.count, "site")), \(Self.count(routes, "route")), "
      + Self.count(configuration.pools.count, "pool")
  }

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  private func report(on path: String, _ configuration: Configuration?, _ error: ConfigurationError?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.put("file", path)
    writer.put("valid", error == nil)
    if let configuration {
      writer.put("sites", UInt64(configuration.sites.count))
      writer.put("routes", UInt64(configuration.sites.reduce(0) { $0 + $1.routes.count }))
      writer.put("pools", UInt64(configuration.pools.count))
    }
    writer.put(error ?? ConfigurationError(diagnostics: []))
    writer.endObject()
    return writer.octets + [UInt8(ascii: "\n")]
  }
}
