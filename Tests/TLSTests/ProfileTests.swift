import COpenSSL
import Glibc
import Testing

@testable import TLS

@Suite("Mozilla's server-side TLS guidelines 6.0", .serialized)
struct ProfileTests {
  private static let groups = ["X25519", "P-256", "P-384"]

  @Test(
    "a profile comes to its versions, suites and groups, and to no other",
    arguments: [(TLSProfile.modern, [TLSVersion.tls13]), (.intermediate, [.tls12, .tls13])])
  func effective(profile: TLSProfile, versions: [TLSVersion]) throws {
    let effective = try EffectiveProfile(of: profile)
    #expect(effective.versions == versions)
    #expect(
      effective.suites13 == ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"])
    #expect(
      Set(effective.suites12)
        == (profile == .modern
          ? []
          : [
            "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
          ]))
    let knowsHybrid = OpenSSL_version_num() >= 0x3050_0000
    #expect(effective.groups == (knowsHybrid ? ["X25519MLKEM768"] : []) + Self.groups)
    #expect(ERR_peek_error() == 0)
  }

  @Test(
    "a group that is none of its own finds nothing in common",
    arguments: [("X25519", true), ("P-256", true), ("P-384", true), ("P-521", false), ("X448", false)],
    [TLS1_2_VERSION, TLS1_3_VERSION])
  func group(group: (name: String, isSpoken: Bool), version: Int32) throws {
    // Of an ECDSA key too TLS 1.2 wants the group to be offered.
    let context = try Fixture.context([Fixture.rsaCertificate("localhost")])
    let wire = try Wire(context, .init(versions: version...version, groups: group.name))
    wire.shake()
    #expect((wire.facts != nil) == group.isSpoken)
    if !group.isSpoken {
      guard case .failed(.nothingInCommon) = wire.result else {
        Issue.record("\(wire.result)")
        return
      }
    }
  }

  @Test("a signature with SHA-1 is not made, even where the client takes no other")
  func signatures() throws {
    let wire = try Wire(
      Fixture.context(), .init(versions: TLS1_2_VERSION...TLS1_2_VERSION, signatures: "ECDSA+SHA1", level: 0))
    wire.shake()
    guard case .failed(.nothingInCommon) = wire.result else {
      Issue.record("\(wire.result)")
      return
    }
  }
}

@Suite("RFC 6066 §3: which server is asked for", .serialized)
struct StrictNameTests {
  private static func context(strict: Bool, tickets: TicketKeys? = nil) throws -> TLSContext {
    let certificates = try [Fixture.certificate("default.test"), Fixture.certificate("*.b.test")]
    return try Fixture.context(certificates, tickets: tickets, strictSNI: strict)
  }

  @Test(
    "with `strict_sni` a name without a certificate, and no name, get the alert `unrecognized_name`",
    arguments: [
      (nil, false), ("nobody.test", false), ("b.test", false), ("default.test", true), ("X.B.TEST.", true),
    ], [TLS1_2_VERSION, TLS1_3_VERSION])
  func strict(asked: (name: String?, isKnown: Bool), version: Int32) throws {
    let wire = try Wire(Self.context(strict: true), .init(serverName: asked.name, versions: version...version))
    wire.shake()
    if asked.isKnown {
      #expect(wire.facts != nil)
    } else {
      #expect(wire.result == .failed(.unrecognizedName))
      #expect(wire.client.alert == 112)
    }
    #expect(ERR_peek_error() == 0)
  }

  @Test("without it they get the default certificate", arguments: [nil, "nobody.test"])
  func lenient(name: String?) throws {
    let wire = try Wire(Self.context(strict: false), .init(serverName: name))
    wire.shake()
    #expect(wire.client.shownName == "default.test")
  }

  @Test("a session is no way past it", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func resumed(version: Int32) throws {
    let keys = try TicketKeys.fresh()
    let wishes = Client.Wishes(serverName: "nobody.test", versions: version...version)
    let first = try Wire(Self.context(strict: false, tickets: keys), wishes)
    first.shake()
    _ = first.deliver(Array("x".utf8))
    let second = try Wire(Self.context(strict: true, tickets: keys), wishes, resuming: first.client.session)
    second.shake()
    #expect(second.result == .failed(.unrecognizedName))
  }
}
