import Bytes

/// How soon an answer is wanted (RFC 9218 §4).
public struct Priority: Sendable, Equatable {
  /// 0 (soonest) to 7.
  public var urgency: UInt8 = 3
  /// Whether parts of it are of use before the whole: those of one urgency take turns.
  public var isIncremental = false

  public init() {}

  /// Reads a `Priority` field or the value of a PRIORITY_UPDATE frame: members `u` and `i` of a dictionary (RFC 8941
  /// §3.2). Whatever else it says is passed over.
  public init(_ value: Span<UInt8>) {
    var list = ListField()
    while let member = list.next(in: value) { read(value.extracting(member)) }
  }

  private mutating func read(_ member: Span<UInt8>) {
    guard !member.isEmpty else { return }
    // Parameters are of no use here.
    let end = member.firstIndex(of: UInt8(ascii: ";")) ?? member.count
    let item = member.extracting(0..<end)
    if item.equals("i") || item.equals("i=?1") {
      isIncremental = true
    } else if item.equals("i=?0") {
      isIncremental = false
    } else if item.count == 3, item[0] == UInt8(ascii: "u"), item[1] == UInt8(ascii: "=") {
      let digit = item[2] &- UInt8(ascii: "0")
      if digit < 8 { urgency = digit }
    }
  }
}
