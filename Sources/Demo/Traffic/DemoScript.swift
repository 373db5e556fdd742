import HTTP
import Time

/// What one visitor asks for, and how long it waits before that. Without an end.
struct DemoScript {
  /// A kind of visitor.
  enum Role: Equatable {
    /// Reads pages: often the front page, sometimes a bulletin.
    case reader
    case searcher
    /// A programme that asks the API.
    case caller
    /// Breaks one API server after a while, and mends it: so that the first minute shows what happens then.
    case director
  }

  struct Step: Equatable {
    let pause: Nanoseconds
    let method: Method
    let target: String
  }

  private static let words = ["bins", "council+tax", "term+dates", "pothole", "library", "planning"]
  /// The first failure comes when there is something to compare it with.
  private static let scenes: [Step] = [
    Step(pause: .seconds(20), method: .post, target: "/switch/fail?\(SampleSite.ownMark)"),
    Step(pause: .seconds(15), method: .post, target: "/switch/recover?\(SampleSite.ownMark)"),
    Step(pause: .seconds(25), method: .post, target: "/switch/every/5?\(SampleSite.ownMark)"),
    Step(pause: .seconds(15), method: .post, target: "/switch/recover?\(SampleSite.ownMark)"),
  ]

  let role: Role
  private var random: SampleRandom
  private var scene = 0

  init(_ role: Role, seed: UInt64) {
    self.role = role
    random = SampleRandom(seed: seed)
  }

  mutating func next() -> Step {
    switch role {
    case .reader: return Step(pause: pause(80, 240), method: .get, target: page())
    case .searcher:
      let word = Self.words[Int(random.below(UInt64(Self.words.count)))]
      return Step(pause: pause(200, 600), method: .get, target: "/search?q=\(word)")
    case .caller: return Step(pause: pause(100, 200), method: .get, target: "/api/bins/next")
    case .director:
      defer { scene = (scene + 1) % Self.scenes.count }
      return Self.scenes[scene]
    }
  }

  /// The earlier ones more often, as people have it.
  private mutating func page() -> String {
    let paths = SamplePages.paths
    let bound = 1 + random.below(UInt64(paths.count))
    return paths[Int(random.below(bound))]
  }

  /// Milliseconds.
  private mutating func pause(_ least: UInt64, _ most: UInt64) -> Nanoseconds {
    .milliseconds(Int64(least + random.below(most - least)))
  }
}
