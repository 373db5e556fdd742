/// The certificates of one `tls:` entry and which of them a name gets: exact before wildcard before the default, which
/// is the first. Under one name there may be one for each kind of key; the client's abilities decide. Any thread.
public struct CertificateSet: Sendable {
  public let certificates: [Certificate]
  private let exact: [String: [Int]]
  /// By what follows `*.`.
  private let wildcards: [String: [Int]]

  /// - Parameters:
  ///   - certificates: the first is the default. Of two for one name and kind of key the earlier one is used.
  ///   - owner: whom an error names.
  public init(_ certificates: [Certificate], of owner: String) throws(CertificateError) {
    guard !certificates.isEmpty else { throw CertificateError(file: owner, reason: .empty) }
    self.certificates = certificates
    var exact: [String: [Int]] = [:]
    var wildcards: [String: [Int]] = [:]
    for (index, certificate) in certificates.enumerated() {
      for name in certificate.names {
        if name.hasPrefix("*.") {
          Self.add(index, to: &wildcards[String(name.dropFirst(2)), default: []], among: certificates)
        } else {
          Self.add(index, to: &exact[name, default: []], among: certificates)
        }
      }
    }
    self.exact = exact
    self.wildcards = wildcards
  }

  /// Places in `certificates`, never none.
  ///
  /// - Parameter name: in lower case without a final dot; `nil` where the client named none.
  public func choose(for name: String?) -> [Int] { name.flatMap(match) ?? [0] }

  /// Whether one of them is for this name; the default is for all others.
  public func knows(_ name: String) -> Bool { match(name) != nil }

  /// A wildcard stands for one label, the leftmost (RFC 9525 §6.3).
  private func match(_ name: String) -> [Int]? {
    if let found = exact[name] { return found }
    guard let dot = name.utf8.firstIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return nil }
    return wildcards[String(name[name.index(after: dot)...])]
  }

  private static func add(_ index: Int, to places: inout [Int], among certificates: [Certificate]) {
    let kind = certificates[index].keyKind
    guard !places.contains(where: { certificates[$0].keyKind == kind }) else { return }
    places.append(index)
  }
}
