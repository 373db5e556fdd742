@testable import Telemetry

/// Reads the text exposition format 0.0.4, strictly: what a scraper would refuse is thrown.
struct Exposition {
  struct Malformed: Error { let line: String }

  struct Sample: Equatable {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  private(set) var types: [String: String] = [:]
  private(set) var samples: [Sample] = []

  init(_ octets: [UInt8]) throws {
    guard let text = String(validating: octets, as: UTF8.self) else { throw Malformed(line: "no UTF-8") }
    guard text.hasSuffix("\n") else { throw Malformed(line: "no line feed at the end") }
    var helped: Set<String> = []
    var family = ""
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      if line.hasPrefix("# HELP ") {
        guard words.count == 4, helped.insert(words[2]).inserted else { throw Malformed(line: line) }
      } else if line.hasPrefix("# TYPE ") {
        guard words.count == 4, types[words[2]] == nil, helped.contains(words[2]) else { throw Malformed(line: line) }
        family = words[2]
        types[family] = words[3]
      } else {
        let sample = try Self.sample(line)
        let suffixes = types[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { family + $0 == sample.name }) else { throw Malformed(line: line) }
        guard !samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels }) else {
          throw Malformed(line: "twice: \(line)")
        }
        samples.append(sample)
      }
    }
  }

  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { $0.name == name && $0.labels == labels }?.value
  }

  private static func sample(_ line: String) throws -> Sample {
    var rest = line[...]
    let name = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == ":" }
    rest = rest.dropFirst(name.count)
    var labels: [String: String] = [:]
    if rest.first == "{" {
      repeat {
        rest = rest.dropFirst()
        let label = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        rest = rest.dropFirst(label.count)
        guard !label.isEmpty, rest.hasPrefix("=\"") else { throw Malformed(line: line) }
        rest = rest.dropFirst(2)
        var value = ""
        while let character = rest.popFirst(), character != "\"" {
          guard character == "\\" else {
            value.append(character)
            continue
          }
          guard let escaped = rest.popFirst(), let plain = ["\\": "\\", "\"": "\"", "n": "\n"][escaped] else {
            throw Malformed(line: line)
          }
          value += plain
        }
        guard labels.updateValue(value, forKey: String(label)) == nil else { throw Malformed(line: line) }
      } while rest.first == ","
      guard rest.popFirst() == "}" else { throw Malformed(line: line) }
    }
    guard !name.isEmpty, rest.popFirst() == " ", let value = Double(rest.replacing("+Inf", with: "inf")) else {
      throw Malformed(line: line)
    }
    return Sample(name: String(name), labels: labels, value: value)
  }
}
