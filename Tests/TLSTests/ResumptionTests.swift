import Bytes
import COpenSSL
import Testing

@testable import TLS

@Suite("RFC 8446 §2.2, RFC 5077: resumption", .serialized)
struct ResumptionTests {
  @Test(
    "works across contexts that share ticket keys, and not otherwise",
    arguments: [TLS1_2_VERSION, TLS1_3_VERSION], [true, false])
  func acrossWorkers(version: Int32, isShared: Bool) throws {
    let keys = try TicketKeys.fresh()
    let certificate = try Fixture.certificate("localhost")
    let wishes = Client.Wishes(versions: version...version)
    let first = try Wire(Fixture.context([certificate], tickets: keys), wishes)
    first.shake()
    #expect(first.facts?.isResumed == false)
    _ = first.deliver(Array("x".utf8))
    let session = first.client.session
    let second = try Wire(
      Fixture.context([certificate], tickets: isShared ? keys : TicketKeys.fresh()), wishes, resuming: session)
    second.shake()
    #expect(second.facts?.isResumed == isShared)
    #expect(second.client.isResumed == isShared)
    #expect(second.facts?.serverName == "localhost")
  }

  /// A session of a connection through this context.
  private static func session(_ context: TLSContext, version: Int32, resuming: ClientSession? = nil) throws -> (
    isResumed: Bool?, session: ClientSession
  ) {
    let wire = try Wire(context, .init(versions: version...version), resuming: resuming)
    wire.shake()
    _ = wire.deliver(Array("x".utf8))
    // OpenSSL's client does not resume what it did not end in order.
    wire.client.sendCloseNotify()
    return (wire.facts?.isResumed, wire.client.session)
  }

  @Test(
    "after a rotation a ticket is good for one more period and is made anew, after two it is not",
    arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func rotation(version: Int32) throws {
    let keys = try TicketKeys.fresh()
    let context = try Fixture.context(tickets: keys)
    let first = try Self.session(context, version: version).session
    #expect(first.keyName == keys.current[0].name)
    try keys.rotate(to: .random())
    #expect(keys.current.count == 2 && keys.current[0].name != first.keyName)
    let second = try Self.session(context, version: version, resuming: first)
    #expect(second.isResumed == true)
    #expect(second.session.keyName == keys.current[0].name)
    try keys.rotate(to: .random())
    #expect(keys.current.count == 2)
    #expect(try Self.session(context, version: version, resuming: second.session).isResumed == true)
    #expect(try Self.session(context, version: version, resuming: first).isResumed == false)
  }

  @Test(
    "of given keys the first makes tickets and all are accepted, by the context that is there",
    arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func given(version: Int32) throws {
    let (old, new) = (try TicketKey.random(), try TicketKey.random())
    // The next key is known before anyone makes tickets with it.
    let (one, two) = (TicketKeys([old, new]), TicketKeys([new, old]))
    let certificate = try Fixture.certificate("localhost")
    let contexts = try [one, two].map { try Fixture.context([certificate], tickets: $0) }
    let ofTwo = try Self.session(contexts[1], version: version).session
    #expect(ofTwo.keyName == new.name)
    #expect(try Self.session(contexts[0], version: version, resuming: ofTwo).isResumed == true)
    one.replace(with: [old])
    #expect(try Self.session(contexts[0], version: version, resuming: ofTwo).isResumed == false)
    let generation = one.generation
    one.replace(with: [old])
    #expect(one.generation == generation, "nothing was replaced")
  }

  @Test("a ticket says how long it is good", arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
  func lifetime(version: Int32) throws {
    let context = try Fixture.context(lifetime: .seconds(90))
    #expect(try Self.session(context, version: version).session.lifetime == 90)
  }

  @Test(
    "is a full handshake under another name or another entry",
    arguments: [TLS1_2_VERSION, TLS1_3_VERSION], [("localhost", "back"), ("other.test", "front")])
  func elsewhere(version: Int32, where: (name: String, entry: String)) throws {
    let keys = try TicketKeys.fresh()
    let certificates = try [Fixture.certificate("localhost"), Fixture.certificate("other.test")]
    var wishes = Client.Wishes(versions: version...version)
    let first = try Wire(Fixture.context(certificates, tickets: keys), wishes)
    first.shake()
    _ = first.deliver(Array("x".utf8))
    let session = first.client.session
    wishes.serverName = `where`.name
    let second = try Wire(
      Fixture.context(certificates, tickets: keys, name: `where`.entry), wishes, resuming: session)
    second.shake()
    #expect(second.facts?.isResumed == false)
    #expect(second.client.shownName == `where`.name)
  }
}
