import Bytes
import Control
import EventLoop

/// What a command says.
enum Terminal {
  enum Output { case output, errors }

  /// With a line feed where it lacks one.
  static func say(_ text: String, to output: Output = .output) {
    write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: output)
  }

  static func write(_ octets: [UInt8], to output: Output = .output) {
    let file = output == .output ? OutputFile.standardOutput() : OutputFile.standardError()
    // Nobody is left to tell that nobody reads.
    _ = try? file.write(octets.span)
  }
}
