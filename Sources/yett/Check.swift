import ArgumentParser
import Configuration
import Control
import Telemetry
import Time

struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say whether a configuration can be served, and all that is wrong with it.",
    discussion: """
      Reads what the file includes and every certificate, and asks whether the access log could be written; it opens no \
      port and makes no file. Exits with 0 where it can be served, and says what it is; with 1 where not, and says all \
      that is wrong.

      EXAMPLES:
        yett check Config/yett.yaml
        yett check --json | jq -r '.diagnostics[].message'
      """)

  @OptionGroup var file: ConfigurationFile
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let path = file.path
    do throws(ConfigurationError) {
      let summary = try ConfigurationSource.file(path).check()
      if json {
        Terminal.write(report(on: path, summary, nil))
      } else {
        Terminal.say("\(path) is valid\n" + summary.text(now: .readClock()))
      }
    } catch {
      if json {
        Terminal.write(report(on: path, nil, error))
      } else {
        Terminal.say(error.lines(on: path).joined(separator: "\n"), to: .errors)
      }
      throw ExitCode.failure
    }
  }

  private func report(on path: String, _ summary: ConfigurationSummary?, _ error: ConfigurationError?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.put("file", path)
    writer.put("valid", error == nil)
    summary?.put(into: &writer)
    writer.put(error ?? ConfigurationError(diagnostics: []))
    writer.endObject()
    return writer.octets + [UInt8(ascii: "\n")]
  }
}
