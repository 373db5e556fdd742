import Bytes

/// What is known of one field of the coder's tables: found once, when it comes, and not again each time that it is
/// referred to.
struct FieldMark: BitwiseCopyable {
  enum Kind: UInt8 {
    case method, scheme, path, authority
    /// A field that is passed on as it is.
    case plain
    /// The same, with an underscore in its name.
    case underscored
    case cookie, host
    /// It makes a head malformed.
    case faulty
  }

  let kind: Kind
  let known: FieldName
  let fault: HeadFault

  init(_ kind: Kind, _ known: FieldName = .other, _ fault: HeadFault = .badFieldName) {
    (self.kind, self.known, self.fault) = (kind, known, fault)
  }

  /// Looks at a field (RFC 9113 §8.2.1 and §8.2.2). Values of pseudo-fields are left to who knows what they are for.
  init(name: Span<UInt8>, value: Span<UInt8>) {
    if !name.isEmpty, name[0] == .colon {
      self.init(pseudo: name)
    } else if let fault = Self.fault(name) ?? Self.fault(value: value) {
      self.init(.faulty, .other, fault)
    } else {
      self.init(FieldName(token: name), name, value)
    }
  }

  private init(pseudo name: Span<UInt8>) {
    if name.equals(":path") {
      self.init(.path)
    } else if name.equals(":method") {
      self.init(.method)
    } else if name.equals(":scheme") {
      self.init(.scheme)
    } else if name.equals(":authority") {
      self.init(.authority)
    } else {
      self.init(.faulty, .other, .unknownPseudoField)
    }
  }

  private init(_ known: FieldName, _ name: Span<UInt8>, _ value: Span<UInt8>) {
    switch known {
    case .connection, .keepAlive, .proxyConnection, .transferEncoding, .upgrade:
      self.init(.faulty, known, .connectionField)
    case .te where !value.equalsIgnoringCase("trailers"): self.init(.faulty, known, .badTE)
    case .cookie: self.init(.cookie, known)
    case .host: self.init(.host, known)
    case .other where name.firstIndex(of: UInt8(ascii: "_")) != nil: self.init(.underscored, known)
    default: self.init(.plain, known)
    }
  }

  private static func fault(_ name: Span<UInt8>) -> HeadFault? {
    guard !name.isEmpty, name.firstNonToken(from: 0) == name.count else { return .badFieldName }
    var position = name.firstNonLowercase(from: 0)
    while position < name.count {
      guard !name[position].isUpper else { return .badFieldName }
      position = name.firstNonLowercase(from: position &+ 1)
    }
    return nil
  }

  private static func fault(value: Span<UInt8>) -> HeadFault? {
    guard !value.isEmpty else { return nil }
    let (first, last) = (value[0], value[value.count &- 1])
    guard first != .space, first != .tab, last != .space, last != .tab else { return .spaceAroundValue }
    var position = value.firstControl(from: 0)
    while position < value.count {
      guard value[position] == .tab else { return .controlInField }
      position = value.firstControl(from: position &+ 1)
    }
    return nil
  }
}
