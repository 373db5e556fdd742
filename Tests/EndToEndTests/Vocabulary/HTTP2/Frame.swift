/// A frame as it is on the wire (RFC 9113 §4.1), as right or as wrong as a test wants it.
struct Frame: Sendable, CustomStringConvertible {
  var kind: Kind
  var flags: Flags = []
  /// All 32 bits: the highest is the reserved one.
  var stream: UInt32 = 0
  var payload: [UInt8] = []
  /// What the length field says, where that is not how much follows.
  var length: Int?
  /// What a head that was read says; its CONTINUATIONs are part of it.
  var fields: Fields = [:]

  struct Kind: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt8
    static let data = Kind(rawValue: 0)
    static let headers = Kind(rawValue: 1)
    static let priority = Kind(rawValue: 2)
    static let resetStream = Kind(rawValue: 3)
    static let settings = Kind(rawValue: 4)
    static let pushPromise = Kind(rawValue: 5)
    static let ping = Kind(rawValue: 6)
    static let goAway = Kind(rawValue: 7)
    static let windowUpdate = Kind(rawValue: 8)
    static let continuation = Kind(rawValue: 9)
    /// RFC 9218 §7.1.
    static let priorityUpdate = Kind(rawValue: 16)
    /// Nobody defined it.
    static let unknown = Kind(rawValue: 22)
  }

  struct Flags: OptionSet, Sendable {
    let rawValue: UInt8
    static let ack = Flags(rawValue: 1)
    static let endStream = Flags(rawValue: 1)
    static let endHeaders = Flags(rawValue: 4)
    static let padded = Flags(rawValue: 8)
    static let priority = Flags(rawValue: 32)
  }

  /// A parameter of SETTINGS (RFC 9113 §6.5.2).
  struct Setting: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt16
    static let headerTableSize = Setting(rawValue: 1)
    static let enablePush = Setting(rawValue: 2)
    static let maxConcurrentStreams = Setting(rawValue: 3)
    static let initialWindowSize = Setting(rawValue: 4)
    static let maxFrameSize = Setting(rawValue: 5)
    static let maxHeaderListSize = Setting(rawValue: 6)
    /// RFC 9218 §2.1.
    static let noRFC7540Priorities = Setting(rawValue: 9)
    /// Nobody defined it.
    static let unknown = Setting(rawValue: 255)
  }

  var ends: Bool { (kind == .data || kind == .headers) && flags.contains(.endStream) }

  var octets: [UInt8] {
    let length = length ?? payload.count
    return [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), kind.rawValue, flags.rawValue]
      + stream.octets + payload
  }

  var description: String {
    let what = fields.pairs.isEmpty ? "\(payload.count) octets" : "\(fields)"
    return "(kind \(kind.rawValue), flags \(flags.rawValue), stream \(stream): \(what))"
  }

  /// 32 bits of the payload, where they are there.
  func word(at position: Int) -> UInt32 {
    payload.dropFirst(position).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// What RST_STREAM and GOAWAY say.
  var code: ErrorCode { ErrorCode(rawValue: word(at: kind == .goAway ? 4 : 0)) }
  /// The last stream of a GOAWAY that its sender may have acted on.
  var lastStream: UInt32 { word(at: 0) & 0x7FFF_FFFF }

  /// The parameters of a SETTINGS, in their order.
  var settings: [(Setting, UInt32)] {
    stride(from: 0, to: payload.count - payload.count % 6, by: 6).map {
      (Setting(rawValue: UInt16(payload[$0]) << 8 | UInt16(payload[$0 + 1])), word(at: $0 + 2))
    }
  }
}

extension Frame {
  static func data(_ stream: UInt32, _ text: String, _ flags: Flags = []) -> Frame {
    Frame(kind: .data, flags: flags, stream: stream, payload: Array(text.utf8))
  }

  static func data(_ stream: UInt32, octets: Int, _ flags: Flags = []) -> Frame {
    Frame(kind: .data, flags: flags, stream: stream, payload: [UInt8](repeating: UInt8(ascii: "x"), count: octets))
  }

  /// A head, or its first part where `flags` lacks `endHeaders`.
  static func headers(_ stream: UInt32, _ block: [UInt8], _ flags: Flags = [.endHeaders, .endStream]) -> Frame {
    Frame(kind: .headers, flags: flags, stream: stream, payload: block)
  }

  static func continuation(_ stream: UInt32, _ block: [UInt8], _ flags: Flags = .endHeaders) -> Frame {
    Frame(kind: .continuation, flags: flags, stream: stream, payload: block)
  }

  /// RFC 9113 §5.3.2: the scheme of RFC 7540, of which only the frame's form is left.
  static func priority(_ stream: UInt32, after other: UInt32 = 0, isExclusive: Bool = false, weight: UInt8 = 255)
    -> Frame
  {
    Frame(kind: .priority, stream: stream, payload: priority(after: other, isExclusive: isExclusive, weight: weight))
  }

  /// The five octets of a PRIORITY, or of a HEADERS with that flag.
  static func priority(after other: UInt32, isExclusive: Bool = false, weight: UInt8 = 255) -> [UInt8] {
    (other | (isExclusive ? 1 << 31 : 0)).octets + [weight]
  }

  /// RFC 9218 §7.1.
  static func priorityUpdate(_ stream: UInt32, _ value: String) -> Frame {
    Frame(kind: .priorityUpdate, payload: stream.octets + Array(value.utf8))
  }

  static func reset(_ stream: UInt32, _ code: ErrorCode = .cancel) -> Frame {
    Frame(kind: .resetStream, stream: stream, payload: code.rawValue.octets)
  }

  static func settings(_ values: KeyValuePairs<Setting, UInt32> = [:]) -> Frame {
    let payload = values.flatMap { [UInt8($0.key.rawValue >> 8), UInt8($0.key.rawValue & 255)] + $0.value.octets }
    return Frame(kind: .settings, payload: payload)
  }

  static let settingsAck = Frame(kind: .settings, flags: .ack)

  static func pushPromise(_ stream: UInt32, promising other: UInt32, _ block: [UInt8]) -> Frame {
    Frame(kind: .pushPromise, flags: .endHeaders, stream: stream, payload: other.octets + block)
  }

  /// - Parameter text: eight octets.
  static func ping(_ text: String, _ flags: Flags = []) -> Frame {
    Frame(kind: .ping, flags: flags, payload: Array(text.utf8))
  }

  static func goAway(last: UInt32, _ code: ErrorCode, _ text: String = "") -> Frame {
    Frame(kind: .goAway, payload: last.octets + code.rawValue.octets + Array(text.utf8))
  }

  static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> Frame {
    Frame(kind: .windowUpdate, stream: stream, payload: increment.octets)
  }

  /// Pads a DATA or HEADERS; `claim` is what its pad length says, where that is a lie.
  func padded(_ count: UInt8, claiming claim: UInt8? = nil) -> Frame {
    var frame = self
    frame.flags.insert(.padded)
    frame.payload = [claim ?? count] + payload + [UInt8](repeating: 0, count: Int(count))
    return frame
  }
}

extension UInt32 {
  /// In the order of the network.
  var octets: [UInt8] { stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) } }
}
