import Testing
import Time

@testable import Upstream

@Suite("Observation: what traffic suspects")
struct ObservationTests {
  private let start = Instant(sinceStart: .seconds(100))

  private func after(_ events: [(Observation.Event, at: Int64)]) -> Observation {
    events.reduce(Observation()) { $0.after($1.0, at: start + .milliseconds($1.at)) }
  }

  @Test("three failures in a row make a suspect, for a second")
  func suspicion() {
    let twice = after([(.unconnected, at: 0), (.unconnected, at: 1)])
    #expect(!twice.isSuspect(at: start + .milliseconds(1)))
    let thrice = twice.after(.unconnected, at: start + .milliseconds(2))
    #expect(thrice.isSuspect(at: start + .milliseconds(2)))
    #expect(thrice.isSuspect(at: start + .milliseconds(1_001)))
    #expect(!thrice.isSuspect(at: start + .milliseconds(1_002)))
  }

  @Test("a connection between failures begins the count anew")
  func interrupted() {
    let mixed = after([(.unconnected, at: 0), (.unconnected, at: 0), (.connected, at: 0), (.unconnected, at: 0)])
    #expect(mixed.failures == 1)
    #expect(!mixed.isSuspect(at: start))
  }

  @Test("what fails while it is a suspect lengthens nothing")
  func meanwhile() {
    let suspect = after([(.unconnected, at: 0), (.unconnected, at: 0), (.unconnected, at: 0)])
    #expect(suspect.after(.unconnected, at: start + .milliseconds(999)) == suspect)
  }

  @Test("each failure after the while doubles it, up to ten seconds")
  func backOff() {
    var observation = after([(.unconnected, at: 0), (.unconnected, at: 0), (.unconnected, at: 0)])
    var pauses: [Int64] = [observation.suspectUntil.sinceStart.seconds - 100]
    for _ in 0..<5 {
      let now = observation.suspectUntil
      observation = observation.after(.unconnected, at: now)
      pauses.append((observation.suspectUntil - now).seconds)
    }
    #expect(pauses == [1, 2, 4, 8, 10, 10])
    #expect(observation.after(.connected, at: start) == Observation())
    #expect(observation.after(.recovered, at: start) == Observation())
  }
}
