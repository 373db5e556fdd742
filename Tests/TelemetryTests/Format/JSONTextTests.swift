import Bytes
import Foundation
import Testing
import Time

@testable import Telemetry

@Suite("RFC 8259 §7: strings from octets that nobody has checked")
struct JSONTextTests {
  func text(_ octets: [UInt8], limit: Int = .max) -> String {
    var line: [UInt8] = []
    JSONText.append(octets.span, limit: limit, to: &line)
    // Decoding would repair what must not be there.
    return String(validating: line, as: UTF8.self) ?? "no UTF-8: \(line)"
  }

  @Test(
    "quotes, backslashes and controls are escaped",
    arguments: [
      ("", ""), ("plain/path?x=1", "plain/path?x=1"), ("\"", "\\\""), ("\\", "\\\\"), ("a\nb\rc\td", "a\\nb\\rc\\td"),
      ("\0", "\\u0000"), ("\u{1B}[31m", "\\u001B[31m"), ("\u{7F}", "\\u007F"), ("\u{9B}31m", "\\u009B31m"),
      ("\u{A0}é€𝄞", "\u{A0}é€𝄞"), ("a\"", "a\\\""), ("\"a", "\\\"a"),
    ])
  func escapes(input: String, output: String) { #expect(text(Array(input.utf8)) == output) }

  @Test(
    "what is no UTF-8 becomes U+FFFD, octet by octet, and what follows is read",
    arguments: [
      ([0x80], 1), ([0xFF, 0xFE], 2), ([0xC0, 0xAF], 2), ([0xC1, 0xBF], 2), ([0xE0, 0x80, 0xAF], 3),
      ([0xED, 0xA0, 0x80], 3),
      ([0xF0, 0x8F, 0xBF, 0xBF], 4), ([0xF4, 0x90, 0x80, 0x80], 4), ([0xF5, 0x80, 0x80, 0x80], 4), ([0xC3], 1),
      ([0xE2, 0x82], 2), ([0xE2, 0x28], 1), ([0xF0, 0x9D, 0x84], 3),
    ] as [([UInt8], Int)])
  func invalid(octets: [UInt8], replaced: Int) {
    let rest = octets == [0xE2, 0x28] ? "(" : ""
    let output = String(repeating: "\u{FFFD}", count: replaced) + rest
    #expect(text(octets) == output)
    #expect(text(Array("a".utf8) + octets + Array("\"b".utf8)) == "a" + output + "\\\"b")
  }

  @Test("a special octet is found at every place of every length")
  func places() {
    for length in 1..<40 {
      for place in 0..<length {
        for special in [0, 0x1F, 0x22, 0x5C, 0x7F, 0xFF] as [UInt8] {
          var octets = [UInt8](repeating: 0x7E, count: length)
          octets[place] = special
          let expected = octets.map { $0 == 0x7E ? "~" : text([special]) }.joined()
          #expect(text(octets) == expected)
        }
      }
    }
    let plain = (0x20...0x7E).map { UInt8($0) }.filter { $0 != 0x22 && $0 != 0x5C }
    #expect(text(plain) == String(decoding: plain, as: UTF8.self))
  }

  @Test("a limit cuts between characters, at every length")
  func limit() {
    let input = Array("ab€\"é𝄞z".utf8)
    for limit in -1..<input.count {
      let whole = String(decoding: input.prefix(max(limit, 0)), as: UTF8.self).filter { $0 != "\u{FFFD}" }
      #expect(text(input, limit: limit) == whole.replacing("\"", with: "\\\"") + "…", "limit \(limit)")
    }
    #expect(text(input, limit: input.count) == "ab€\\\"é𝄞z")
  }

  @Test("any octets make a JSON string")
  func random() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<2_000 {
      let octets = (0..<Int.random(in: 0..<12, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
      let limit = Int.random(in: 0..<14, using: &random)
      let document = Data("[\"\(text(octets, limit: limit))\"]".utf8)
      let parsed = try JSONSerialization.jsonObject(with: document) as? [String]
      #expect(parsed?.count == 1)
    }
  }
}

@Suite("JSON reports")
struct JSONWriterTests {
  @Test("members and elements are parted, nothing and what is not finite is null")
  func shape() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.put("text", "a\"b")
    writer.put("none", nil as String?)
    writer.beginArray("list")
    writer.put(nil, UInt64(1))
    writer.put(nil, Double.infinity)
    writer.beginObject()
    writer.endObject()
    writer.put(nil, true as Bool?)
    writer.endArray()
    writer.put("half", 0.5)
    writer.put("us", Nanoseconds.milliseconds(2))
    writer.put("at", WallTime(seconds: 0))
    writer.endObject()
    #expect(
      String(decoding: writer.octets, as: UTF8.self)
        == #"{"text":"a\"b","none":null,"list":[1,null,{},true],"half":0.5,"us":2000,"at":"1970-01-01T00:00:00.000Z"}"#)
  }
}

@Suite("RFC 3339 §5.6: timestamps")
struct TimestampWriterTests {
  @Test("are made anew when the second changes, and have milliseconds of their own")
  func stamps() {
    var writer = TimestampWriter()
    let cases: [(Int64, String)] = [
      (0, "1970-01-01T00:00:00.000Z"), (999_999_999, "1970-01-01T00:00:00.999Z"),
      (1_000_000_000, "1970-01-01T00:00:01.000Z"), (784_111_777_042_000_000, "1994-11-06T08:49:37.042Z"),
      (-1_000_000, "1969-12-31T23:59:59.999Z"), (1_709_164_800_100_000_000, "2024-02-29T00:00:00.100Z"),
    ]
    for (nanoseconds, text) in cases + cases.reversed() {
      var line: [UInt8] = []
      writer.append(WallTime(sinceEpoch: Nanoseconds(nanoseconds)), to: &line)
      #expect(String(decoding: line, as: UTF8.self) == text)
    }
  }
}

@Suite("Decimal numbers")
struct DecimalTests {
  @Test("are written without leading zeros, whatever their length")
  func decimals() {
    var numbers: [UInt64] = [0, .max]
    var power: UInt64 = 1
    for _ in 0..<19 {
      power *= 10
      numbers += [power - 1, power, power + 1, power / 7]
    }
    for number in numbers {
      var octets: [UInt8] = []
      octets.put(decimal: number)
      #expect(String(decoding: octets, as: UTF8.self) == "\(number)")
    }
  }
}
