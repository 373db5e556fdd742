import Bytes

/// One field of an answer, where it lies in its block. Names may be of any case there; they leave in lower case.
///
/// Proof of safety: made of slots that lie within the block's lines, which are lent as long as this value is used.
@safe struct OutgoingField {
  let known: FieldName
  let nameCount: Int
  let valueCount: Int
  private let name: UnsafePointer<UInt8>
  private let value: UnsafePointer<UInt8>

  /// `nil` where the slot is not one of these lines.
  @inline(__always) init?(_ slot: FieldSlot, in lines: UnsafeBufferPointer<UInt8>) {
    guard let base = lines.baseAddress, slot.name.upperBound <= lines.count, slot.value.upperBound <= lines.count else {
      return nil
    }
    known = slot.known
    (nameCount, valueCount) = (Int(slot.name.count), Int(slot.value.count))
    unsafe (name, value) = (base + slot.name.lowerBound, base + slot.value.lowerBound)
  }

  /// Name and value as the coder takes them; it writes to neither.
  @unsafe var valueAddress: UnsafeMutablePointer<UInt8> { unsafe UnsafeMutablePointer(mutating: value) }

  /// A number that other fields hardly share, made of a few words of name and value.
  @inline(__always) var hash: UInt64 {
    // The case of letters is left out.
    let name = unsafe Self.digest(name, nameCount, setting: 0x2020_2020_2020_2020)
    let value = unsafe Self.digest(value, valueCount, setting: 0)
    let lengths = UInt64(nameCount) &<< 32 ^ UInt64(valueCount)
    return (name ^ value &<< 1 ^ value &>> 63 ^ lengths) &* 0x9E37_79B9_7F4A_7C15
  }

  /// Of the first, the middle and the last octets.
  @unsafe @inline(__always) private static func digest(
    _ octets: UnsafePointer<UInt8>, _ count: Int, setting bits: UInt64
  ) -> UInt64 {
    let address = unsafe UnsafeRawPointer(octets)
    func word(_ place: Int) -> UInt64 {
      unsafe address.loadUnaligned(fromByteOffset: place, as: UInt64.self) | bits
    }
    func half(_ place: Int) -> UInt64 {
      UInt64(unsafe address.loadUnaligned(fromByteOffset: place, as: UInt32.self))
    }
    if count >= 8 {
      let last = count &- 8
      return word(0) &* 0xD6E8_FEB8_6659_FD93 ^ word(last / 2) &* 0xA076_1D64_78BD_642F
        ^ word(last) &* 0xE703_7ED1_A0B4_28DB
    }
    if count >= 4 { return (half(0) | half(count &- 4) &<< 32 | bits) &* 0xD6E8_FEB8_6659_FD93 }
    guard count > 0 else { return 0 }
    let samples = unsafe UInt64(octets[0]) | UInt64(octets[count / 2]) &<< 8 | UInt64(octets[count &- 1]) &<< 16
    return (samples | bits) &* 0xD6E8_FEB8_6659_FD93
  }

  /// Whether name (in lower case) and value are these, of the field's own lengths.
  @unsafe @inline(__always) func equals(_ otherName: UnsafePointer<UInt8>, _ otherValue: UnsafePointer<UInt8>) -> Bool {
    func differs(_ place: Int) -> Bool {
      let own = unsafe UnsafeRawPointer(name).loadUnaligned(fromByteOffset: place, as: UInt64.self)
      return unsafe own.octetsLowercased
        != UnsafeRawPointer(otherName).loadUnaligned(fromByteOffset: place, as: UInt64.self)
    }
    if nameCount >= 8 {
      var place = 0
      while place &+ 8 < nameCount {
        guard !differs(place) else { return false }
        place &+= 8
      }
      // The last word may overlap the one before it.
      guard !differs(nameCount &- 8) else { return false }
    } else {
      for place in 0..<nameCount {
        guard unsafe name[place].lowercased == otherName[place] else { return false }
      }
    }
    return unsafe Span(_unsafeStart: value, count: valueCount).equals(Span(_unsafeStart: otherValue, count: valueCount))
  }

  /// - Parameter address: has room for `nameCount` octets.
  @unsafe func writeName(to address: UnsafeMutablePointer<UInt8>) {
    func copyWord(_ place: Int) {
      let word = unsafe UnsafeRawPointer(name).loadUnaligned(fromByteOffset: place, as: UInt64.self)
      unsafe UnsafeMutableRawPointer(address).storeBytes(
        of: word.octetsLowercased, toByteOffset: place, as: UInt64.self)
    }
    guard nameCount >= 8 else {
      for place in 0..<nameCount { unsafe address[place] = name[place].lowercased }
      return
    }
    var place = 0
    while place &+ 8 < nameCount {
      copyWord(place)
      place &+= 8
    }
    copyWord(nameCount &- 8)
  }

  /// - Parameter address: has room for `valueCount` octets.
  @unsafe func writeValue(to address: UnsafeMutablePointer<UInt8>) {
    unsafe address.initialize(from: value, count: valueCount)
  }
}
