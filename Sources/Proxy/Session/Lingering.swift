import Bytes
import TLS
import Time

/// The end of a connection whose client still sends: what comes is read and dropped for a while, so that the last
/// answer is read before a reset would take it away (RFC 9112 §9.6).
struct Lingering {
  enum Progress {
    case waits
    /// A turn's share was read; there may be more.
    case yields
    /// The client has ended, or has had its time.
    case over
  }

  private static let octetLimit = 262_144
  private static let time = Nanoseconds.seconds(2)
  private static let octetsPerTurn = 65_536
  /// What a read counts for at least: over TLS one may bring nothing.
  private static let leastRead = 1_024

  private var octets = 0

  /// - Returns: until when.
  mutating func begin(at now: Instant) -> Instant {
    octets = 0
    return now + Self.time
  }

  /// - Parameters:
  ///   - input: what it holds is dropped.
  ///   - isReadable: set to `false` where nothing is left for now.
  ///   - isEnding: the kernel said that the client ended its side.
  mutating func drop(
    from transport: inout Transport, through input: inout Buffer, _ isReadable: inout Bool, isEnding: Bool,
    in worker: Worker
  ) -> Progress {
    var budget = Self.octetsPerTurn
    while isReadable {
      guard budget > 0 else { return .yields }
      input.clear()
      worker.buffers.supply(&input, .small)
      switch transport.read(into: &input, buffers: worker.buffers) {
      case .octets(let count, let drained):
        budget -= Swift.max(count, Self.leastRead)
        octets += count
        if drained, !isEnding { isReadable = false }
        guard octets <= Self.octetLimit else { return .over }
      case .wouldBlock: isReadable = false
      case .end, .failed: return .over
      }
    }
    worker.buffers.reclaim(&input)
    return .waits
  }
}
