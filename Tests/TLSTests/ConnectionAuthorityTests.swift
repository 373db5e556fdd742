import Bytes
import Testing

@testable import TLS

@Suite("RFC 9525 §6.3, RFC 9110 §7.4: which hosts a connection may be asked for")
struct ConnectionAuthorityTests {
  private static let names = CertificateNames(
    ["www.a.test", "a.test", "*.b.test", "127.0.0.1", "2001:db8::1", "z.test", "*.c.b.test"])

  @Test(
    "a certificate covers its names, and for a wildcard one label",
    arguments: [
      ("a.test", true), ("www.a.test", true), ("x.a.test", false), ("test", false), ("a.tes", false),
      ("a.testx", false),
      ("b.test", false), ("x.b.test", true), ("x.y.b.test", false), ("x.c.b.test", true), ("c.b.test", true),
      (".b.test", false), ("*.b.test", true), ("z.test", true), ("", false), (".", false), ("[", false), ("[]", false),
      ("127.0.0.1", true), ("127.0.0.2", false), ("[2001:db8::1]", true), ("[2001:DB8:0:0::1]", true),
      ("[2001:db8::2]", false), ("2001:db8::1", true), ("[a.test]", false),
    ])
  func covers(host: String, isCovered: Bool) {
    #expect(Self.names.covers(host) == isCovered)
  }

  @Test("of many names each is found, and no other")
  func many() {
    let names = CertificateNames((0..<300).map { "n\($0 * 7 % 300).test" })
    for number in 0..<300 { #expect(names.covers("n\(number).test")) }
    for host in ["n300.test", "n.test", "n1", "o1.test", "m1.test"] { #expect(!names.covers(host)) }
  }

  @Test(
    "besides, the name of the hello, or an address where there was none",
    arguments: [
      ("other.test", "other.test", true), ("other.test", "a.test", true), ("other.test", "x.test", false),
      ("other.test", "10.0.0.1", false), ("other.test", "other.tes", false), ("", "10.0.0.1", true),
      ("", "[::1]", true),
      ("", "a.test", true), ("", "x.test", false), ("", "", false), ("", "web1", false), ("", "x.1a", false),
    ])
  func hello(serverName: String, host: String, isCovered: Bool) {
    let authority = ConnectionAuthority(serverName: Array(serverName.utf8), shown: [Self.names])
    #expect(authority.covers(host) == isCovered)
  }

  @Test("of two that the client may have been shown both have to cover it")
  func both() {
    let authority = ConnectionAuthority(
      serverName: Array("a.test".utf8), shown: [CertificateNames(["a.test", "b.test"]), CertificateNames(["a.test"])])
    #expect(authority.covers("a.test"))
    #expect(!authority.covers("b.test"))
  }
}

// No macro takes a span.
extension CertificateNames {
  fileprivate func covers(_ host: String) -> Bool { cover(Array(host.utf8).span) }
}

extension ConnectionAuthority {
  fileprivate func covers(_ host: String) -> Bool { covers(Array(host.utf8).span) }
}
