/// Tells code from comments and from the insides of strings; knows nested comments, `"""` and `#"…"#`. What is
/// interpolated counts as string.
enum CodeReader {
  private enum State {
    case code
    case line
    case block(depth: Int)
    case string(closing: [UInt8], raw: Bool)
  }

  /// The code line by line, as many lines as `text` has.
  static func code(of text: String) -> [String] {
    let input = Array(text.utf8)
    var output: [UInt8] = []
    var state = State.code
    var position = 0
    while position < input.count {
      let rest = input[position...]
      let (step, next) = after(rest, in: state)
      if case .code = state, !rest.starts(with: "//".utf8), !rest.starts(with: "/*".utf8) {
        output.append(input[position])
      } else if case .string(let closing, _) = state, step == closing.count, case .code = next {
        output.append(UInt8(ascii: "\""))
      } else {
        output += rest.prefix(step).filter { $0 == UInt8(ascii: "\n") }
      }
      (position, state) = (position + step, next)
    }
    return String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// How many octets the next element has, and what follows it.
  private static func after(_ rest: ArraySlice<UInt8>, in state: State) -> (step: Int, next: State) {
    switch state {
    case .code:
      if rest.starts(with: "//".utf8) { return (2, .line) }
      if rest.starts(with: "/*".utf8) { return (2, .block(depth: 1)) }
      let hashes = rest.prefix { $0 == UInt8(ascii: "#") }.count
      let quotes = rest.dropFirst(hashes).prefix { $0 == UInt8(ascii: "\"") }.count
      guard quotes > 0 else { return (1, .code) }
      let length = quotes >= 3 ? 3 : 1
      let closing =
        [UInt8](repeating: UInt8(ascii: "\""), count: length) + Array(repeating: UInt8(ascii: "#"), count: hashes)
      return (hashes + length, .string(closing: closing, raw: hashes > 0))
    case .line: return (1, rest.first == UInt8(ascii: "\n") ? .code : .line)
    case .block(let depth):
      if rest.starts(with: "/*".utf8) { return (2, .block(depth: depth + 1)) }
      if rest.starts(with: "*/".utf8) { return (2, depth == 1 ? .code : .block(depth: depth - 1)) }
      return (1, state)
    case .string(let closing, let raw):
      if rest.starts(with: closing) { return (closing.count, .code) }
      return (!raw && rest.first == UInt8(ascii: "\\") ? Swift.min(2, rest.count) : 1, state)
    }
  }
}
