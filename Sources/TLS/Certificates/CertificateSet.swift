/// The certificates of one `tls:` entry and which of them a name gets: exact before wildcard before the default, which
/// is the first. Under one name there may be one for each kind of key; the client's abilities decide. Any thread.
public struct CertificateSet: Sendable {
  public let certificates: [Certificate]
  /// Of two for one name and kind of key, whose second is never used for it.
  public let shadowed: [Shadow]
  private let exact: [String: [Int]]
  /// By what follows `*.`.
  private let wildcards: [String: [Int]]
  private let byDefault: [Int]

  /// - Parameters:
  ///   - certificates: the first is the default. Of two for one name and kind of key the earlier one is used.
  ///   - owner: whom an error names.
  public init(_ certificates: [Certificate], of owner: String) throws(CertificateError) {
    guard !certificates.isEmpty else { throw CertificateError(file: owner, reason: .empty) }
    self.certificates = certificates
    var shadowed: [Shadow] = []
    var exact: [String: [Int]] = [:]
    var wildcards: [String: [Int]] = [:]
    for (index, certificate) in certificates.enumerated() {
      for name in certificate.names {
        let other =
          if name.hasPrefix("*.") {
            Self.add(index, to: &wildcards[String(name.dropFirst(2)), default: []], among: certificates)
          } else {
            Self.add(index, to: &exact[name, default: []], among: certificates)
          }
        if let other, other != index {
          shadowed.append(Shadow(name: name, used: certificates[other].source, unused: certificates[index].source))
        }
      }
    }
    self.exact = exact
    self.wildcards = wildcards
    self.shadowed = shadowed
    // Whoever names no server may lack a kind of key as well.
    let name = certificates[0].names.first ?? ""
    byDefault = (name.hasPrefix("*.") ? wildcards[String(name.dropFirst(2))] : exact[name]) ?? [0]
  }

  /// A name that two certificates of one kind of key have.
  public struct Shadow: Sendable, Equatable, CustomStringConvertible {
    public let name: String
    /// The files, or what stands for them.
    public let used: String
    public let unused: String

    public var description: String { "\(used) and \(unused) are both for \(name); the first is used" }
  }

  /// Places in `certificates`, never none: one for each kind of key.
  ///
  /// - Parameter name: in lower case without a final dot; `nil` where the client named none.
  public func choose(for name: String?) -> [Int] { name.flatMap(match) ?? byDefault }

  /// Whether one of them is for this name; the default is for all others.
  public func knows(_ name: String) -> Bool { match(name) != nil }

  /// What a connection may be asked for whose client asked for this name.
  ///
  /// - Parameter serverName: in lower case without a final dot; empty where the client named none.
  public func authority(for serverName: [UInt8]) -> ConnectionAuthority {
    let places = choose(for: serverName.isEmpty ? nil : String(decoding: serverName, as: UTF8.self))
    return ConnectionAuthority(serverName: serverName, shown: places.map { certificates[$0].hosts })
  }

  /// A wildcard stands for one label, the leftmost (RFC 9525 §6.3).
  private func match(_ name: String) -> [Int]? {
    if let found = exact[name] { return found }
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return nil }
    return wildcards[String(name[name.index(after: dot)...])]
  }

  /// - Returns: which place has the name already, for a key of the same kind.
  private static func add(_ index: Int, to places: inout [Int], among certificates: [Certificate]) -> Int? {
    let kind = certificates[index].keyKind
    if let known = places.first(where: { certificates[$0].keyKind == kind }) { return known }
    places.append(index)
    return nil
  }
}
