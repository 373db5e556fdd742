import Bytes
import HTTP

/// All that a request's parser says, as a value that can be compared.
struct ReadRequest: Equatable {
  var method: Method
  var methodName: String
  var target: String
  var version: Version
  var fields: [String]
  var framing: BodyFraming
  var keepsAlive: Bool
  var expectsContinue: Bool
  var host: String
  var length: Int
  /// Names of the fields that go no further.
  var removed: [String]
  var mayHaveUnderscores: Bool
}

/// All that an answer's parser says.
struct ReadResponse: Equatable {
  var status: UInt16
  var version: Version
  var fields: [String]
  var framing: BodyFraming
  var declaredLength: UInt64?
  var keepsAlive: Bool
  var length: Int
  var removed: [String]
}

/// What came of handing octets to a codec.
enum Outcome<Value: Equatable, Failure: Error & Equatable>: Equatable {
  case whole(Value)
  case unfinished
  case refused(Failure)
}

func text(_ octets: Span<UInt8>) -> String {
  var array: [UInt8] = []
  array.append(octets)
  return String(decoding: array, as: UTF8.self)
}

/// Hands over the octets up to each of `ends`, one after the other; stops at a whole head or an error.
func readRequest(
  _ octets: [UInt8], ends: [Int], limits: HeadLimits = HeadLimits()
) -> Outcome<ReadRequest, HeadError> {
  var parser = RequestHeadParser(limits: limits)
  for end in ends {
    do throws(HeadError) {
      guard try parser.read(octets.span.extracting(0..<end)) else { continue }
    } catch {
      return .refused(error)
    }
    return .whole(value(of: parser.head, octets.span))
  }
  return .unfinished
}

func readRequest(_ text: String, limits: HeadLimits = HeadLimits()) -> Outcome<ReadRequest, HeadError> {
  readRequest(Array(text.utf8), ends: [text.utf8.count], limits: limits)
}

func readResponse(
  _ octets: [UInt8], ends: [Int], answerTo method: Method = .get, limits: HeadLimits = HeadLimits()
) -> Outcome<ReadResponse, HeadError> {
  var parser = ResponseHeadParser(limits: limits)
  for end in ends {
    do throws(HeadError) {
      guard try parser.read(octets.span.extracting(0..<end), answerTo: method) else { continue }
    } catch {
      return .refused(error)
    }
    return .whole(value(of: parser.head, octets.span))
  }
  return .unfinished
}

func readResponse(_ text: String, answerTo method: Method = .get) -> Outcome<ReadResponse, HeadError> {
  readResponse(Array(text.utf8), ends: [text.utf8.count], answerTo: method)
}

func value(of head: borrowing RequestHead, _ octets: Span<UInt8>) -> ReadRequest {
  var value = ReadRequest(
    method: head.method, methodName: text(octets[clamped: head.methodName]), target: text(octets[clamped: head.target]),
    version: head.version, fields: [], framing: head.framing, keepsAlive: head.keepsAlive,
    expectsContinue: head.expectsContinue, host: text(octets[clamped: head.host]), length: head.length, removed: [],
    mayHaveUnderscores: head.fields.mayHaveUnderscores)
  for index in 0..<head.fields.count {
    let slot = head.fields[index]
    value.fields.append("\(text(octets[clamped: slot.name]))=\(text(octets[clamped: slot.value]))")
    if head.isHopByHop(slot, octets: octets) { value.removed.append(text(octets[clamped: slot.name])) }
  }
  return value
}

private func value(of head: borrowing ResponseHead, _ octets: Span<UInt8>) -> ReadResponse {
  var value = ReadResponse(
    status: head.status, version: head.version, fields: [], framing: head.framing,
    declaredLength: head.declaredLength, keepsAlive: head.keepsAlive, length: head.length, removed: [])
  for index in 0..<head.fields.count {
    let slot = head.fields[index]
    value.fields.append("\(text(octets[clamped: slot.name]))=\(text(octets[clamped: slot.value]))")
    if head.isHopByHop(slot, octets: octets) { value.removed.append(text(octets[clamped: slot.name])) }
  }
  return value
}

/// Whole, cut at every offset, and octet by octet.
func everyCut(of count: Int) -> [[Int]] {
  [Array(0...count)] + (0...count).map { [$0, count] }
}

/// SplitMix64: the same throws each time.
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
