import Bytes
import Testing

@testable import HTTP

/// What a client can't see: whether the coder was asked.
@Suite("RFC 7541 §2.3.3: fields that were sent before are found without the coder")
struct FieldDeflaterTests {
  private struct Connection: ~Copyable {
    var deflater = FieldDeflater(tableLimit: 4_096)

    /// Where it is, without the coder.
    func index(_ name: String, _ value: String) -> Int? {
      Self.with(name, value) { field in deflater.index(of: field, hash: field.hash) }
    }

    /// What the coder writes.
    mutating func deflate(_ name: String, _ value: String) throws(WriteError) -> [UInt8] {
      try Self.with(name, value) { (field) throws(WriteError) in
        var octets = [UInt8](repeating: 0, count: 1_024)
        let count = try unsafe octets.withUnsafeMutableBufferPointer { (octets) throws(WriteError) in
          guard let base = octets.baseAddress else { throw WriteError.noRoom }
          return try unsafe deflater.deflate(field, hash: field.hash, to: base, room: octets.count)
        }
        return Array(octets[..<count])
      }
    }

    static func with<Result, E: Error>(
      _ name: String, _ value: String, _ body: (OutgoingField) throws(E) -> Result
    ) throws(E) -> Result {
      var block = FieldBlock()
      let octets = Array(name.utf8)
      do throws(FieldError) {
        try block.append(name: octets.span, value: Array(value.utf8).span, known: FieldName(octets.span))
      } catch { Issue.record("\(name) is no name") }
      return try block.withLines { (lines) throws(E) in
        try unsafe lines.withUnsafeBufferPointer { (lines) throws(E) in
          guard let field = unsafe OutgoingField(block.slots[0], in: lines) else { preconditionFailure() }
          return try body(field)
        }
      }
    }
  }

  @Test("what is found is compared, octet by octet", arguments: 1..<30)
  func compared(count: Int) throws {
    let text = (0..<count).map { UInt8(ascii: "a") + UInt8($0 % 26) }
    let value = text.reversed() + [0x20, 0x7E]
    Connection.with(String(decoding: text, as: UTF8.self).uppercased(), String(decoding: value, as: UTF8.self)) {
      field in
      func equals(_ name: [UInt8], _ value: [UInt8]) -> Bool {
        unsafe name.withUnsafeBufferPointer { name in
          unsafe value.withUnsafeBufferPointer { value in
            guard let name = name.baseAddress, let value = value.baseAddress else { return false }
            return unsafe field.equals(name, value)
          }
        }
      }
      #expect(equals(text, Array(value)))
      for place in 0..<count {
        var other = text
        other[place] = UInt8(ascii: "-")
        #expect(!equals(other, Array(value)))
      }
      for place in value.indices {
        var other = Array(value)
        other[place] ^= 0x20
        #expect(!equals(text, other))
      }
    }
  }

  @Test("in either case, of any length, and no other")
  func found() throws {
    var connection = Connection()
    let fields = [
      ("a", ""), ("Ab", "1"), ("x-frame-options", "DENY"), ("X-Frame-Optionz", "DENY"), ("Z-frame-options", "DENY"),
      ("ac", "1"), ("content-type", "text/html; charset=utf-8"), ("content-type", "Text/html; charset=utf-8"),
      ("vary", "abcd"), ("vary", "abxd"), ("server", "abcdefg"), ("abcdefgh", "abc"), ("abcdefgi", "abc"),
    ]
    for (count, field) in fields.enumerated() {
      #expect(connection.index(field.0, field.1) == nil)
      #expect(try connection.deflate(field.0, field.1)[0] & 0xC0 == 0x40)
      for (age, known) in fields[...count].reversed().enumerated() {
        #expect(connection.index(known.0.uppercased(), known.1) == 62 + age)
        #expect(connection.index(known.0.lowercased(), known.1) == 62 + age)
      }
    }
  }

  @Test("again where it was forgotten, or has left the table")
  func forgotten() throws {
    var connection = Connection()
    let count = 80
    for number in 0..<count { _ = try connection.deflate("name-\(number)", "value") }
    var forgotten = 0
    for number in 16..<count {
      if connection.index("name-\(number)", "value") == nil { forgotten += 1 }
      let index = 62 + count - 1 - number
      #expect(try connection.deflate("name-\(number)", "value") == [0x80 | UInt8(index)])
      #expect(connection.index("name-\(number)", "value") == index)
    }
    #expect(forgotten > 0)
    connection.deflater.setTableLimit(0)
    for number in 0..<count { #expect(connection.index("name-\(number)", "value") == nil) }
  }
}
