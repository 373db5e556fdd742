import Bytes
import Time

/// Writes times as RFC 3339 §5.6 in UTC with milliseconds, `2026-01-31T09:00:00.125Z`; what changes once a second is
/// made once a second. One per thread.
struct TimestampWriter: Sendable {
  private var second = Int64.min
  private var octets = InlineArray<24, UInt8>(repeating: 0x30)

  /// Years beyond 9999 are written as their last four digits.
  mutating func append<Sink: OctetSink & ~Copyable>(_ time: WallTime, to sink: inout Sink) {
    let current = time.seconds
    if current != second { write(time, second: current) }
    let milliseconds = UInt32(clamping: (time - WallTime(seconds: current)).count / 1_000_000)
    octets[20] = 0x30 &+ UInt8(truncatingIfNeeded: milliseconds / 100 % 10)
    octets[21] = 0x30 &+ UInt8(truncatingIfNeeded: milliseconds / 10 % 10)
    octets[22] = 0x30 &+ UInt8(truncatingIfNeeded: milliseconds % 10)
    sink.put(octets.span)
  }

  private mutating func write(_ time: WallTime, second: Int64) {
    self.second = second
    let date = CivilDate(time)
    put(date.year / 100, at: 0)
    put(date.year, at: 2)
    put(date.month, at: 5)
    put(date.day, at: 8)
    put(date.hour, at: 11)
    put(date.minute, at: 14)
    put(date.second, at: 17)
    (octets[4], octets[7]) = (UInt8(ascii: "-"), UInt8(ascii: "-"))
    octets[10] = UInt8(ascii: "T")
    (octets[13], octets[16]) = (.colon, .colon)
    (octets[19], octets[23]) = (.dot, UInt8(ascii: "Z"))
  }

  /// The last two digits of `number`.
  private mutating func put(_ number: Int, at position: Int) {
    let rest = UInt8(truncatingIfNeeded: Int(number.magnitude % 100))
    octets[position] = 0x30 &+ rest / 10
    octets[position + 1] = 0x30 &+ rest % 10
  }
}
