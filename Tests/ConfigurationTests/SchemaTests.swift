import Foundation
import Testing

@testable import Configuration

@Suite("The JSON Schema, and the example")
struct SchemaTests {
  @Test("is JSON, and has every key with its words and its default")
  func schema() throws {
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(Configuration.schema().utf8)) as? [String: Any])
    let keys = try #require(json["properties"] as? [String: [String: Any]])
    #expect(Set(keys.keys) == Set(Configuration.keys.map(\.name)))
    #expect(json["required"] as? [String] == ["listeners"])
    let limits = try #require(keys["limits"]?["properties"] as? [String: [String: Any]])
    #expect(limits["request_line"]?["default"] as? String == "8KiB")
    #expect(limits["keep_alive"]?["default"] as? String == "75s")
    #expect(limits["header_fields"]?["maximum"] as? Int == 100)
    for (name, key) in limits { #expect((key["description"] as? String)?.isEmpty == false, "\(name)") }
  }

  /// A default is written as the file would have it, so it has to be readable as that.
  @Test("defaults are in their own range", arguments: LimitsConfiguration.keys.map(\.name))
  func defaults(name: String) throws {
    let key = try #require(LimitsConfiguration.keys.first { $0.name == name })
    let text = try #require(key.defaultText(LimitsConfiguration()))
    let decoded = try decode(configuration(other: "limits: {\(name): \(text.filter { $0 != "\"" })}"))
    #expect(decoded.limits == LimitsConfiguration())
  }

  @Test("Config/yett.yaml is right as it stands")
  func example() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let configuration = try Configuration.load(path: root.appending(path: "Config/yett.yaml").path())
    #expect(configuration.sites.first?.routes.count == 5)
    #expect(configuration.log.access == .standardOutput)
  }

  @Test(
    "a file that cannot be read is one error",
    arguments: [("/nowhere/y.yaml", "no such file"), ("/", "not a regular file"), ("/dev/null", "not a regular file")])
  func unreadable(path: String, reason: String) {
    do throws(ConfigurationError) {
      _ = try Configuration.load(path: path)
      Issue.record("it was read")
    } catch {
      #expect(error.description == "cannot read the configuration: \(reason) at \(path)")
    }
  }
}
