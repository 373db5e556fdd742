/// Why a connection's field blocks can no longer be read: a connection error (RFC 9113 §5.4.1). Every later block of
/// the connection throws the same.
public enum HPACKError: Error, Hashable, Sendable, CustomStringConvertible, CaseIterable {
  /// What came is no field block, or refers to what its dynamic table does not have (RFC 7541 §2.3.3, §4.2, §5.2).
  case compression
  /// One block decodes to many times what a head may have: few octets that cost much (RFC 7541 §7.3).
  case flood
  /// There is no memory for the coder.
  case exhausted

  /// As RFC 9113 §7 numbers them.
  public var code: UInt32 {
    switch self {
    case .compression: 0x9
    case .flood: 0xB
    case .exhausted: 0x2
    }
  }

  public var description: String {
    switch self {
    case .compression: "a field block can't be decoded"
    case .flood: "a field block decodes to \(RequestHeadDecoder.floodFactor) times what a head may have"
    case .exhausted: "there is no memory for the field coder"
    }
  }
}
