import Bytes
import HTTP
import Testing

@Suite("RFC 9112 §6, §7.1: bodies")
struct BodyDecoderTests {
  struct Body: Equatable {
    var octets: [UInt8] = []
    /// Octets of the connection that belong to the message.
    var used = 0
  }

  /// Hands over the octets in parts that end at `ends`.
  static func read(_ octets: [UInt8], _ framing: BodyFraming, ends: [Int], closed: Bool = false) -> Outcome<
    Body, BodyError
  > {
    var decoder = BodyDecoder(framing)
    var body = Body()
    var start = 0
    do throws(BodyError) {
      for end in ends {
        let input = octets.span.extracting(start..<end)
        var position = 0
        reading: while true {
          switch try decoder.read(input, from: &position) {
          case .octets(let range):
            #expect(!range.isEmpty)
            body.octets.append(input.extracting(range))
          case .end:
            #expect(decoder.isComplete == true)
            body.used = start + position
            return .whole(body)
          case .more:
            #expect(position == input.count)
            break reading
          }
        }
        start = end
      }
      if closed {
        try decoder.inputEnded()
        body.used = start
        return .whole(body)
      }
      #expect(decoder.isComplete == false)
      return .unfinished
    } catch {
      return .refused(error)
    }
  }

  static func read(_ text: String, _ framing: BodyFraming, closed: Bool = false) -> Outcome<Body, BodyError> {
    read(Array(text.utf8), framing, ends: [text.utf8.count], closed: closed)
  }

  @Test(
    "read the same wherever they are cut",
    arguments: [
      ("5\r\nhello\r\n0\r\n\r\nNEXT", BodyFraming.chunked, "hello", 15),
      ("5;a=b;c=\"d\"\r\nhello\r\n6\r\n world\r\n000\r\nX: y\r\nEmpty:\r\n\r\n", .chunked, "hello world", 52),
      ("1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0;last\r\n\r\n", .chunked, "abcdefghijklmnopqrstuvwxyz", 42),
      ("0\r\n\r\n", .chunked, "", 5), ("helloNEXT", .length(5), "hello", 5), ("NEXT", .length(0), "", 0),
      ("NEXT", .none, "", 0),
    ])
  func cut(text: String, framing: BodyFraming, body: String, used: Int) {
    let octets = Array(text.utf8)
    let expected = Outcome<Body, BodyError>.whole(Body(octets: Array(body.utf8), used: used))
    for ends in everyCut(of: octets.count) {
      #expect(Self.read(octets, framing, ends: ends) == expected, "cut at \(ends)")
    }
  }

  @Test("§6.3: without a length a body ends with the connection")
  func untilClose() {
    #expect(Self.read("hello", .untilClose) == .unfinished)
    #expect(Self.read("hello", .untilClose, closed: true) == .whole(Body(octets: Array("hello".utf8), used: 5)))
    #expect(Self.read("", .untilClose, closed: true) == .whole(Body()))
  }

  @Test(
    "§8: a body that is cut short is never taken for whole",
    arguments: [("5\r\nhello\r\n0\r\nX: y\r\n\r\n", BodyFraming.chunked), ("hello", .length(5))])
  func cutShort(text: String, framing: BodyFraming) {
    let octets = Array(text.utf8)
    for count in 0..<octets.count {
      #expect(Self.read(octets, framing, ends: [count]) == .unfinished)
      #expect(Self.read(octets, framing, ends: [count], closed: true) == .refused(.cutShort))
    }
  }

  @Test(
    "§7.1: what others read differently is refused",
    arguments: [
      ("\r\n", BodyError.badChunkSize), ("g\r\n", .badChunkSize), ("0x5\r\n", .badChunkSize), ("-5\r\n", .badChunkSize),
      ("+5\r\n", .badChunkSize), (" 5\r\n", .badChunkSize), ("5 \r\n", .badChunkSize), ("5\t;a\r\n", .badChunkSize),
      ("5\n", .badChunkSize), ("5\rh", .badChunkSize), ("5;a\n", .badChunkSize), ("5;a\u{0}\r\n", .badChunkSize),
      ("5;a\rb\r\n", .badChunkSize), (";a\r\n", .badChunkSize), ("5,5\r\n", .badChunkSize),
      ("5\r\nhelloX", .badChunkEnd), ("5\r\nhello\n", .badChunkEnd), ("5\r\nhello\rX", .badChunkEnd),
      ("8000000000000000\r\n", .chunkTooLarge), ("FFFFFFFFFFFFFFFF\r\n", .chunkTooLarge),
      ("10000000000000005\r\n", .chunkTooLarge), ("0\r\n\n", .badTrailer), ("0\r\n\rX", .badTrailer),
      ("0\r\n X: 1\r\n", .badTrailer), ("0\r\nX : 1\r\n", .badTrailer), ("0\r\nX\r\n", .badTrailer),
      ("0\r\n: 1\r\n", .badTrailer), ("0\r\nX: a\u{0}\r\n", .badTrailer), ("0\r\nX: a\n\r\n", .badTrailer),
      ("0\r\nX: a\r\n Y\r\n", .badTrailer), ("0\r\nX: a\rb\r\n", .badTrailer),
      ("5;" + String(repeating: "a", count: 255), .chunkLineTooLong),
      (String(repeating: "0", count: 257), .chunkLineTooLong),
      ("0\r\nX: " + String(repeating: "a", count: BodyDecoder.trailerLimit), .trailersTooLong),
    ])
  func refused(text: String, error: BodyError) {
    let octets = Array(text.utf8)
    #expect(Self.read(text, .chunked) == .refused(error))
    #expect(Self.read(octets, .chunked, ends: Array(0...octets.count)) == .refused(error))
  }

  @Test("the largest sizes that can be counted do not trap")
  func largest() {
    #expect(Self.read("3FFFFFFFFFFFFFF\r\nab", .chunked) == .unfinished)
    #expect(Self.read("ab", .length(.max)) == .unfinished)
  }

  @Test("§7.1.1: chunks that are mostly extensions are refused, small honest ones are not")
  func overhead() {
    let padded = "1;" + String(repeating: "a", count: 200) + "\r\nx\r\n"
    #expect(Self.read(String(repeating: padded, count: 200), .chunked) == .refused(.tooMuchOverhead))
    #expect(Self.read(String(repeating: "1\r\nx\r\n", count: 20_000), .chunked) == .unfinished)
  }
}
