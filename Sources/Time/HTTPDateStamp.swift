/// The current date as an IMF-fixdate (RFC 9110 §5.6.7), made anew at most once a second. One per thread.
public struct HTTPDateStamp: ~Copyable {
  /// `Sun, 06 Nov 1994 08:49:37 GMT`
  public static let length = 29

  private var second = Int64.min
  private var octets = InlineArray<29, UInt8>(repeating: 0x20)

  public init() {}

  /// Call once a turn with the wall clock; costs one comparison while the second is the same.
  @inlinable public mutating func update(to time: WallTime) {
    if !isCurrent(time) { write(time) }
  }

  /// The 29 octets of the last `update`.
  public var span: Span<UInt8> {
    @_lifetime(borrow self) get { octets.span }
  }

  /// `span`, for who holds the stamp in a class.
  public func withSpan<Result, E: Error>(_ body: (Span<UInt8>) throws(E) -> Result) throws(E) -> Result {
    try body(octets.span)
  }

  @usableFromInline func isCurrent(_ time: WallTime) -> Bool { time.seconds == second }

  @usableFromInline mutating func write(_ time: WallTime) {
    second = time.seconds
    let date = CivilDate(time)
    put("SunMonTueWedThuFriSat", date.weekday, at: 0)
    octets[3] = UInt8(ascii: ",")
    put(date.day, digits: 2, at: 5)
    put("JanFebMarAprMayJunJulAugSepOctNovDec", date.month - 1, at: 8)
    put(date.year, digits: 4, at: 12)
    put(date.hour, digits: 2, at: 17)
    octets[19] = UInt8(ascii: ":")
    put(date.minute, digits: 2, at: 20)
    octets[22] = UInt8(ascii: ":")
    put(date.second, digits: 2, at: 23)
    (octets[26], octets[27], octets[28]) = (UInt8(ascii: "G"), UInt8(ascii: "M"), UInt8(ascii: "T"))
  }

  /// The `index`th of names of three letters.
  private mutating func put(_ names: String, _ index: Int, at position: Int) {
    for (offset, octet) in names.utf8.dropFirst(index * 3).prefix(3).enumerated() { octets[position + offset] = octet }
  }

  private mutating func put(_ number: Int, digits: Int, at position: Int) {
    var rest = number
    for offset in stride(from: digits - 1, through: 0, by: -1) {
      octets[position + offset] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
  }
}
