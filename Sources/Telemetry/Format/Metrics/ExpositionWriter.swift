import Bytes
import Time

/// Writes Prometheus' text exposition format 0.0.4: HELP and TYPE once for each family, then its samples.
public struct ExpositionWriter: Sendable {
  /// The types of the format that Yett writes.
  public enum Kind: Sendable { case counter, gauge, histogram }

  /// A label's name (`[a-z_]+`) and its value, which may be anything.
  public typealias Label = (name: StaticString, value: String)

  /// What has been written so far, whole lines.
  public private(set) var octets: [UInt8] = []

  public init() {}

  /// Begins a family; every sample until the next one belongs to it.
  ///
  /// - Parameter help: without line feed or backslash.
  public mutating func family(_ name: StaticString, _ kind: Kind, help: StaticString) {
    octets.append("# HELP ")
    octets.append(name)
    octets.append(.space)
    octets.append(help)
    octets.append("\n# TYPE ")
    octets.append(name)
    switch kind {
    case .counter: octets.append(" counter\n")
    case .gauge: octets.append(" gauge\n")
    case .histogram: octets.append(" histogram\n")
    }
  }

  /// A count, exactly. `name` is the family's.
  public mutating func sample(_ name: StaticString, _ labels: [Label] = [], _ value: UInt64) {
    begin(name, labels)
    octets.append(decimal: value)
    octets.append(.lineFeed)
  }

  /// Any number, also `NaN` and the infinities, which the format has. `name` is the family's.
  public mutating func sample(_ name: StaticString, _ labels: [Label] = [], _ value: Double) {
    begin(name, labels)
    if value.isNaN {
      octets.append("NaN")
    } else if value.isInfinite {
      octets.append(value < 0 ? "-Inf" : "+Inf")
    } else {
      octets.append(contentsOf: "\(value)".utf8)
    }
    octets.append(.lineFeed)
  }

  /// In seconds, exactly.
  public mutating func sample(_ name: StaticString, _ labels: [Label] = [], seconds: Nanoseconds) {
    begin(name, labels)
    appendSeconds(seconds)
    octets.append(.lineFeed)
  }

  /// A histogram: a `_bucket` for each bound and `+Inf`, `_sum` and `_count`.
  ///
  /// - Parameters:
  ///   - name: of the family.
  ///   - bounds: ascending, without repetition.
  public mutating func histogram(
    _ name: StaticString, _ labels: [Label], _ histogram: HistogramSnapshot, bounds: [Nanoseconds]
  ) {
    let count = histogram.count
    for bound in bounds {
      begin(name, suffix: "_bucket", labels) { writer in writer.appendSeconds(bound) }
      octets.append(decimal: histogram.count(upTo: bound))
      octets.append(.lineFeed)
    }
    begin(name, suffix: "_bucket", labels) { writer in writer.octets.append("+Inf") }
    octets.append(decimal: count)
    octets.append(.lineFeed)
    begin(name, suffix: "_sum", labels)
    appendSeconds(Nanoseconds(Int64(clamping: histogram.nanoseconds)))
    octets.append(.lineFeed)
    begin(name, suffix: "_count", labels)
    octets.append(decimal: count)
    octets.append(.lineFeed)
  }

  private mutating func begin(
    _ name: StaticString, suffix: StaticString = "", _ labels: [Label], bound: ((inout ExpositionWriter) -> Void)? = nil
  ) {
    octets.append(name)
    octets.append(suffix)
    var separator = UInt8(ascii: "{")
    for label in labels {
      octets.append(separator)
      separator = .comma
      octets.append(label.name)
      octets.append("=\"")
      append(label: label.value)
      octets.append(.doubleQuote)
    }
    if let bound {
      octets.append(separator)
      octets.append("le=\"")
      bound(&self)
      octets.append(.doubleQuote)
    }
    octets.append(labels.isEmpty && bound == nil ? " " : "} ")
  }

  /// Backslash, quote and line feed are escaped, everything else stands as it is.
  private mutating func append(label value: String) {
    for octet in value.utf8 {
      switch octet {
      case .backslash: octets.append("\\\\")
      case .doubleQuote: octets.append("\\\"")
      case .lineFeed: octets.append("\\n")
      default: octets.append(octet)
      }
    }
  }

  /// `0.3`, `12`, `-0.000000001`.
  private mutating func appendSeconds(_ span: Nanoseconds) {
    if span < .zero { octets.append(UInt8(ascii: "-")) }
    let magnitude = span.count.magnitude
    octets.append(decimal: magnitude / 1_000_000_000)
    var rest = magnitude % 1_000_000_000
    guard rest > 0 else { return }
    octets.append(.dot)
    var place: UInt64 = 100_000_000
    while rest > 0 {
      octets.append(0x30 &+ UInt8(truncatingIfNeeded: rest / place))
      rest %= place
      place /= 10
    }
  }
}
