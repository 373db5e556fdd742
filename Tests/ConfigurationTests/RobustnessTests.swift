import Bytes
import Testing

@testable import Configuration

@Suite("Any octets give a configuration or diagnostics")
struct RobustnessTests {
  static let seeds = [
    ErrorTests.values, ErrorTests.listeners, ErrorTests.tls, ErrorTests.pools, RouteErrorTests.routes,
    RouteErrorTests.sites,
  ].flatMap { $0.map(\.text) }

  /// What came of the text; that it came at all is what is tested.
  private func outcome(_ octets: [UInt8]) -> Int {
    do throws(ConfigurationError) {
      _ = try Configuration.decode(octets, file: "y") { _ throws(SourceFileError) in Array(octets.prefix(200)) }
      return 0
    } catch {
      #expect(!error.diagnostics.isEmpty)
      for diagnostic in error.diagnostics {
        #expect(diagnostic.line > 0 && diagnostic.column > 0)
        let steersTerminal = diagnostic.description.unicodeScalars.contains { $0.isControl }
        #expect(!steersTerminal)
      }
      return error.diagnostics.count
    }
  }

  @Test("cut at every octet")
  func cut() {
    let whole = Array(configuration(other: "limits: {drain: 1s}\ncache: {memory: 64MiB}").utf8)
    #expect(outcome(whole) == 0)
    for end in 0..<whole.count { _ = outcome(Array(whole[..<end])) }
  }

  @Test("with octets changed, dropped, doubled and moved", arguments: 0..<8 as Range<UInt64>)
  func mutated(from start: UInt64) {
    var random = SplitMix64(seed: start)
    let spice = Array("[]{}:,-#&*!|>'\"%@`?\n \t<0~".utf8) + [0, 0x7F, 0x80, 0xC3, 0xFF, 0xEF]
    for seed in Self.seeds {
      var octets = Array(seed.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let at = Int.random(in: 0..<octets.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: octets[at] = spice.randomElement(using: &random) ?? 0
        case 1: octets.insert(spice.randomElement(using: &random) ?? 0, at: at)
        case 2: octets.removeSubrange(at..<min(octets.count, at + 3))
        default: octets.insert(contentsOf: octets[at..<min(octets.count, at + 20)], at: at / 2)
        }
        if octets.isEmpty { octets = [0x20] }
      }
      _ = outcome(octets)
    }
  }

  @Test(
    "large and unkind texts end soon",
    arguments: [
      "[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!a ", "'", "\"", "|\n", "a: [", "{a: ", "[a, ", "# \n", "-\n",
      "a:\n ",
      "%A\n", "--- a\n", "\"\\x41", "\u{FEFF}", ", ", "}", "<<: ", "é", "x\n",
    ])
  func large(unit: String) {
    var text = Array(unit.utf8)
    while text.count <= YAMLLimits.fileOctets / 2 { text += text }
    #expect(outcome(text) > 0)
  }
}
