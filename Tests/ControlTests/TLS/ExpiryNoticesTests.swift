import TLS
import Testing
import Time

@testable import Control

@Suite("When the end of a certificate is told")
struct ExpiryNoticesTests {
  private static func certificate(_ name: String) throws -> Certificate {
    let made = try SelfSignedCertificate.make(names: [name])
    return try Certificate(chainPEM: made.chainPEM, from: "\(name).pem", keyPEM: made.keyPEM, from: "\(name).key")
  }

  @Test("30, 14, 7 and 1 days before, and when it has come; once each")
  func levels() throws {
    let certificate = try Self.certificate("a.test")
    var notices = ExpiryNotices()
    var told: [Int64] = []
    // Every six hours, from 90 days before to two days after.
    for quarter in stride(from: Int64(90 * 4), through: -8, by: -1) {
      let now = certificate.notAfter + .seconds(-quarter * 21_600)
      let due = notices.due([("front", certificate)], at: now)
      told += due.map { _ in quarter }
      #expect(notices.due([("front", certificate)], at: now).isEmpty)
    }
    #expect(told == [120, 56, 28, 4, 0])
  }

  @Test("who starts late is told once, of where it stands")
  func late() throws {
    let certificate = try Self.certificate("a.test")
    var notices = ExpiryNotices()
    let due = notices.due([("front", certificate)], at: certificate.notAfter + .seconds(-5 * 86_400 - 7_200))
    #expect(
      due.map(\.description) == [
        "certificate of profile front, a.test.pem for a.test, expires in 5d 2h, on \(CivilDate(certificate.notAfter).text)"
      ])
    #expect(notices.due([("front", certificate)], at: certificate.notAfter).map(\.hasExpired) == [true])
  }

  @Test("a renewed one is another one, and each profile has its own")
  func renewed() throws {
    let (old, other) = (try Self.certificate("a.test"), try Self.certificate("b.test"))
    var notices = ExpiryNotices()
    let now = old.notAfter + .seconds(-3_600)
    #expect(notices.due([("front", old), ("back", old)], at: now).map(\.profile) == ["front", "back"])
    #expect(notices.due([("front", other)], at: now).map(\.file) == ["b.test.pem"])
    #expect(notices.due([("front", other)], at: now).isEmpty)
  }
}
