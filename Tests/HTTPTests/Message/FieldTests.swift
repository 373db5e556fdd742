import Bytes
import HTTP
import Testing

@Suite("RFC 9110 §5: names, lists and tables of fields")
struct FieldTests {
  private func fieldName(_ octets: [UInt8]) -> FieldName { FieldName(octets.span) }
  private func method(_ octets: [UInt8]) -> Method { Method(octets.span) }

  @Test("§5.1: every name is found in any case, and nothing near it", arguments: FieldName.allCases)
  func name(name: FieldName) {
    let lower = Array("\(name.text)".utf8)
    #expect(fieldName(lower) == name)
    #expect(fieldName(lower.map(\.uppercased)) == name)
    for index in lower.indices {
      for octet in [UInt8(0x01), lower[index] ^ 0x20, lower[index] ^ 0x80, lower[index] &+ 1] {
        var other = lower
        other[index] = octet
        let isSame = other.map(\.lowercased) == lower
        #expect((fieldName(other) == name) == isSame, "\(name.text) with \(octet) at \(index)")
      }
      var shorter = lower
      shorter.remove(at: index)
      #expect(fieldName(shorter) != name || name == .other)
    }
  }

  @Test("names fit the bits of a set")
  func set() {
    #expect(FieldName.allCases.count <= 64)
    for name in FieldName.allCases where name != .other {
      let set: FieldNames = [name]
      for other in FieldName.allCases { #expect(set.contains(other) == (other == name)) }
    }
    let none: FieldNames = [.other]
    #expect(none.isEmpty)
    #expect(!none.contains(.other))
  }

  @Test("§9.1: methods are case-sensitive")
  func methods() {
    for raw in UInt8(0)..<9 {
      guard let known = Method(rawValue: raw) else { continue }
      let name = Array("\(known.text)".utf8)
      #expect(method(name) == known)
      #expect(method(name.map(\.lowercased)) == .other)
      #expect(method(name + name) == .other)
    }
    #expect(method([]) == .other)
    let all = (UInt8(0)...9).compactMap(Method.init(rawValue:))
    #expect(all.filter(\.isSafe) == [.get, .head, .options, .trace])
  }

  @Test(
    "§5.6.1: members of a list",
    arguments: [
      ("", []), (" , ,\t", []), ("a", ["a"]), ("a, b ,c", ["a", "b", "c"]), (",a,,b,", ["a", "b"]),
      ("\"a,b\", c", ["\"a,b\"", "c"]), ("W/\"a\\\",b\" , \"c\"", ["W/\"a\\\",b\"", "\"c\""]),
      ("a=\"x , y\" ;z=1 , b", ["a=\"x , y\" ;z=1", "b"]), ("\"a, b", ["\"a, b"]), ("\"a \\", ["\"a \\"]),
      ("a \"b \" , c", ["a \"b \"", "c"]), ("\" \"", ["\" \""]),
    ] as [(String, [String])])
  func list(value: String, members: [String]) {
    let octets = Array(value.utf8)
    var list = ListField()
    var found: [String] = []
    while let range = list.next(in: octets.span) { found.append(text(octets.span.extracting(range))) }
    #expect(found == members)
    #expect(list.next(in: octets.span) == nil)
  }

  @Test("§5.6.6: parameters, by another separator")
  func parameters() {
    let octets = Array("a; b=\"c;d\" ;e".utf8)
    var list = ListField(separator: .semicolon)
    var found: [String] = []
    while let range = list.next(in: octets.span) { found.append(text(octets.span.extracting(range))) }
    #expect(found == ["a", "b=\"c;d\"", "e"])
  }

  @Test("§15: every known status has a line that begins with it")
  func reasons() {
    for status in UInt16(0)...1_000 {
      let phrase = "\(ReasonPhrase.text(of: status))"
      #expect(
        ReasonPhrase.statusLine(of: status).map { "\($0)" }
          == (phrase.isEmpty ? nil : "HTTP/1.1 \(status) \(phrase)\r\n"))
    }
    #expect("\(ReasonPhrase.text(of: 421))" == "Misdirected Request")
  }

  @Test("a table holds a hundred fields and no more")
  func table() {
    var table = FieldTable()
    for _ in 0..<FieldTable.limit { #expect(table.append(FieldSlot()) == true) }
    #expect(table.append(FieldSlot()) == false)
    #expect(table.count == FieldTable.limit)
    // Only a parser knows better.
    #expect(table.mayHaveUnderscores == true)
    table.removeAll()
    #expect(table.count == 0)
    #expect(table.mayHaveUnderscores == false)
    #expect(table.first(.other) == nil)
  }

  @Test("every error speaks")
  func descriptions() {
    #expect(Set(HeadError.allCases.map(\.description)).count == HeadError.allCases.count)
    #expect(Set(BodyError.allCases.map(\.description)).count == BodyError.allCases.count)
    #expect(Set(TargetError.allCases.map(\.description)).count == TargetError.allCases.count)
    #expect(Set(WriteError.allCases.map(\.description)).count == WriteError.allCases.count)
  }
}
