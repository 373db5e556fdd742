import Testing

@testable import Upstream

@Suite("Which connections carry another request")
struct ConnectionReuseTests {
  private static let clean = ConnectionReuse(
    isRequestSent: true, isKeptAlive: true, hasStrayOctets: false, isEnding: false, isWanted: true)

  @Test("one on which nothing was left over")
  func clean() { #expect(Self.clean.isAllowed) }

  @Test("not one whose request was not sent whole: what is left of it would be the next one (RFC 9112 §9.3.2)")
  func unsent() { refuses { $0.isRequestSent = false } }

  @Test("not one that its origin closes, by version, word or framing (RFC 9112 §9.3, §9.6)")
  func closing() { refuses { $0.isKeptAlive = false } }

  @Test("not one with octets behind its answer (RFC 9112 §9.2)")
  func stray() { refuses { $0.hasStrayOctets = true } }

  @Test("not one that has ended already")
  func ending() { refuses { $0.isEnding = true } }

  @Test("not one more than the pool keeps")
  func unwanted() { refuses { $0.isWanted = false } }

  private func refuses(_ location: SourceLocation = #_sourceLocation, _ spoil: (inout ConnectionReuse) -> Void) {
    var reuse = Self.clean
    spoil(&reuse)
    #expect(!reuse.isAllowed, sourceLocation: location)
  }
}
