import Configuration
import Foundation
import TLS
import Testing
import Time

@testable import Control

@Suite("Certificates' files are looked at again")
struct TLSScanTests {
  /// A folder with certificates, and what is served of it.
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "yett-scan-\(UUID().uuidString)").path
    private var scan: TLSScan?
    /// Of each profile, the first name of each certificate; as a worker would see it.
    private(set) var served: [String] = []
    private(set) var keyChanges = 0
    var now = WallTime.readClock()

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ octets: [UInt8], to name: String) throws {
      try FileManager.default.createDirectory(
        atPath: URL(filePath: "\(path)/\(name)").deletingLastPathComponent().path, withIntermediateDirectories: true)
      try Data(octets).write(to: URL(filePath: "\(path)/\(name)"), options: .atomic)
    }

    @discardableResult
    func issue(_ name: String, to file: String) throws -> SelfSignedCertificate {
      let made = try SelfSignedCertificate.make(names: [name])
      try write(made.keyPEM, to: "\(file).key")
      try write(made.chainPEM, to: "\(file).pem")
      return made
    }

    func remove(_ names: String...) throws {
      for name in names { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }
    }

    func load(_ sources: CertificateSource..., ticketKeys: String? = nil) throws {
      var configuration = Configuration()
      configuration.tls = [
        TLSProfileConfiguration(name: "front", certificates: sources, tickets: TicketConfiguration(keys: ticketKeys))
      ]
      let loaded = LoadedTLS(configuration, .refused, at: now) { message, _, _ in
        Issue.record("\(message)")
      } warning: { message, _, _ in
        Issue.record("\(message)")
      }
      scan = TLSScan(loaded)
      served = loaded.all.compactMap(\.names.first)
    }

    var pair: CertificateSource { .pair(chain: "\(path)/a.pem", key: "\(path)/a.key") }

    /// One look; what it tells, without the folder's path.
    func look() -> [String] {
      let findings = scan?.look(at: now)
      for (_, set) in findings?.sets ?? [] { served = set.certificates.compactMap(\.names.first) }
      keyChanges += findings?.keys.count ?? 0
      return (findings?.events ?? []).map { event in
        let text = "\(event)".replacing("\(path)/", with: "").replacing("certificate REFUSED", with: "REFUSED")
        return String(text.trimmingPrefix("certificate ").prefix { $0 != ";" })
      }
    }

    /// Looks until nothing more can be told of what lies there: a directory's change is seen, then listed, then its
    /// pairs are read.
    func settle() -> [String] { (0..<Stillness<Int>.attempts + 3).flatMap { _ in look() } }

    var refusals: [String] { (scan?.refusals ?? []).map { "\($0.error.reason)" } }
  }

  @Test("nothing is told of files that stay")
  func same() throws {
    let folder = try Folder()
    try folder.issue("old.test", to: "a")
    try folder.load(folder.pair)
    #expect(folder.settle() == [])
    #expect(folder.served == ["old.test"])
  }

  @Test("a pair that was written anew is served after it has kept still for a look")
  func replaced() throws {
    let folder = try Folder()
    try folder.issue("old.test", to: "a")
    try folder.load(folder.pair)
    try folder.issue("new.test", to: "a")
    #expect(folder.look() == [])
    #expect(folder.served == ["old.test"])
    let told = folder.look()
    #expect(told.count == 1 && told[0].hasPrefix("replaced, profile front: a.pem for new.test, until 20"))
    #expect(folder.served == ["new.test"])
    #expect(folder.settle() == [])
  }

  @Test("half of a change is waited for: a key without its chain, a chain that is still written")
  func halves() throws {
    let folder = try Folder()
    try folder.issue("old.test", to: "a")
    try folder.load(folder.pair)
    let made = try SelfSignedCertificate.make(names: ["new.test"])
    try folder.write(made.keyPEM, to: "a.key")
    for _ in 0..<3 { #expect(folder.look() == []) }
    for part in [made.chainPEM.count / 2, made.chainPEM.count - 30] {
      try folder.write(Array(made.chainPEM.prefix(part)), to: "a.pem")
      for _ in 0..<2 { #expect(folder.look() == [], "\(part)") }
    }
    try folder.write(made.chainPEM, to: "a.pem")
    #expect(folder.settle().count == 1)
    #expect(folder.served == ["new.test"] && folder.refusals.isEmpty)
  }

  @Test("what stays wrong is told once, and the old one is served until it is right")
  func refused() throws {
    let folder = try Folder()
    let old = try folder.issue("old.test", to: "a")
    try folder.load(folder.pair)
    try folder.write(SelfSignedCertificate.make(names: ["b.test"]).keyPEM, to: "a.key")
    let told = folder.settle()
    #expect(
      told == ["REFUSED, profile front: a.key: the private key does not belong to the first certificate of a.pem"])
    #expect(folder.settle() == [])
    #expect(folder.served == ["old.test"] && folder.refusals.count == 1)
    try folder.write(old.keyPEM, to: "a.key")
    #expect(folder.settle() == [], "it is the one that is served")
    #expect(folder.refusals.isEmpty)
  }

  @Test("files that are gone, and one that has expired, are refused")
  func gone() throws {
    let folder = try Folder()
    try folder.issue("old.test", to: "a")
    try folder.load(folder.pair)
    try folder.remove("a.pem", "a.key")
    #expect(folder.settle() == ["REFUSED, profile front: a.pem: cannot be read: No such file or directory"])
    try folder.issue("new.test", to: "a")
    folder.now = folder.now + .seconds(91 * 86_400)
    let told = folder.settle()
    #expect(told.count == 1 && told[0].hasPrefix("REFUSED, profile front: a.pem: the certificate expired on 20"))
    #expect(folder.served == ["old.test"])
  }

  @Test("a directory's pairs come and go, and are served by their order")
  func directory() throws {
    let folder = try Folder()
    try folder.issue("b.test", to: "bodies/b")
    try folder.load(.directory("\(folder.path)/bodies"))
    try folder.issue("a.test", to: "bodies/a")
    try folder.issue("c.test", to: "bodies/c")
    let added = folder.settle()
    #expect(added.count == 2 && added.allSatisfy { $0.hasPrefix("added, profile front: bodies/") })
    #expect(folder.served == ["a.test", "b.test", "c.test"])
    try folder.remove("bodies/b.pem", "bodies/b.key")
    #expect(folder.settle() == ["removed, profile front: bodies/b.pem is gone"])
    #expect(folder.served == ["a.test", "c.test"])
    #expect(folder.settle() == [])
  }

  @Test("of a directory the last pair stays, and so does one that lost a file, or all where it cannot be read")
  func last() throws {
    let folder = try Folder()
    for name in ["a", "b"] { try folder.issue("\(name).test", to: "bodies/\(name)") }
    try folder.load(.directory("\(folder.path)/bodies"))
    try folder.remove("bodies/a.key")
    #expect(folder.settle() == ["REFUSED, profile front: bodies/a.key: cannot be read: No such file or directory"])
    #expect(folder.served == ["a.test", "b.test"])
    try FileManager.default.moveItem(atPath: "\(folder.path)/bodies", toPath: "\(folder.path)/elsewhere")
    #expect(folder.settle() == ["REFUSED, profile front: bodies: cannot be read: it is no directory that can be read"])
    try FileManager.default.moveItem(atPath: "\(folder.path)/elsewhere", toPath: "\(folder.path)/bodies")
    #expect(folder.settle() == [])
    try folder.remove("bodies/a.pem", "bodies/b.pem", "bodies/b.key")
    let told = folder.settle()
    #expect(told.count == 2 && told.contains("removed, profile front: bodies/b.pem is gone"), "\(told)")
    #expect(folder.served == ["a.test"])
  }

  @Test("a new pair that is no good is refused, and served once it is good")
  func new() throws {
    let folder = try Folder()
    try folder.issue("a.test", to: "bodies/a")
    try folder.load(.directory("\(folder.path)/bodies"))
    let made = try folder.issue("b.test", to: "bodies/b")
    try folder.write(Array("nonsense".utf8), to: "bodies/b.key")
    #expect(
      folder.settle().map { $0.hasPrefix("REFUSED, profile front: bodies/b.key: holds no private key") } == [true])
    #expect(folder.served == ["a.test"])
    try folder.write(made.keyPEM, to: "bodies/b.key")
    #expect(folder.settle().map { $0.hasPrefix("added, profile front: bodies/b.pem for b.test") } == [true])
    #expect(folder.served == ["a.test", "b.test"])
  }

  @Test("ticket keys of a file are used once they have kept still, and refused where others may read them")
  func tickets() throws {
    let folder = try Folder()
    try folder.issue("a.test", to: "a")
    func write(_ first: UInt8, mode: Int) throws {
      let line = Data([first] + [UInt8](1..<80)).base64EncodedString()
      try folder.write(Array(line.utf8), to: "keys")
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(folder.path)/keys")
    }
    try write(1, mode: 0o600)
    try folder.load(folder.pair, ticketKeys: "\(folder.path)/keys")
    #expect(folder.settle() == [])
    try write(2, mode: 0o600)
    #expect(folder.look() == [])
    #expect(folder.look() == ["ticket keys replaced, profile front: 1 of keys"])
    try write(3, mode: 0o644)
    #expect(
      folder.settle() == [
        "ticket keys REFUSED, profile front: keys: others than its owner have rights on it (mode 0644)"
      ])
    #expect(folder.keyChanges == 1)
  }

  @Test("a link that is set on other files changes both at once, as Kubernetes and certbot do it")
  func links() throws {
    let folder = try Folder()
    for (name, place) in [("old.test", "1"), ("new.test", "2")] { try folder.issue(name, to: "\(place)/a") }
    let manager = FileManager.default
    try manager.createSymbolicLink(atPath: "\(folder.path)/now", withDestinationPath: "1")
    for kind in ["pem", "key"] {
      try manager.createSymbolicLink(atPath: "\(folder.path)/a.\(kind)", withDestinationPath: "now/a.\(kind)")
    }
    try folder.load(folder.pair)
    #expect(folder.settle() == [])
    try manager.createSymbolicLink(atPath: "\(folder.path)/next", withDestinationPath: "2")
    #expect(unsafe rename("\(folder.path)/next", "\(folder.path)/now") == 0)
    #expect(folder.settle().map { $0.hasPrefix("replaced, profile front: a.pem for new.test") } == [true])
  }
}
