/// What was promised: `latency` for `percentile` of the available answers, and `availability` of all.
public struct TargetConfiguration: Equatable, Sendable {
  /// Good at or under it. 1 ms to 1 h.
  public var latency: Duration
  /// The share of answers that are to be good, in percent, 50 to 99.999. Default 95.
  public var percentile: Percent
  /// The share of answers that are to be neither 5xx nor timed out. Default 99.9 %.
  public var availability: Percent
  public var measure: LatencyMeasure

  public init(
    latency: Duration = .milliseconds(300), percentile: Percent = Percent(millionths: 950_000),
    availability: Percent = Percent(millionths: 999_000), measure: LatencyMeasure = .firstByte
  ) {
    (self.latency, self.percentile) = (latency, percentile)
    (self.availability, self.measure) = (availability, measure)
  }
}

/// Until when latency is counted, from the last octet of the request's head.
public enum LatencyMeasure: String, CaseIterable, Sendable {
  /// Until the answer's head is given to the kernel.
  case firstByte = "first_byte"
  /// Until its last octet is.
  case total
}

extension TargetConfiguration: Section {
  static let noun = "a target"
  static let defaults = TargetConfiguration()
  static let keys: [Key<Self>] = [
    Key(
      "latency", \.latency, .duration(.milliseconds(1)...Duration.seconds(3_600)), isRequired: true,
      "An answer is good at or under it."),
    Key(
      "percentile", \.percentile, .percent(Percent(millionths: 500_000)...Percent(millionths: 999_990)),
      "The percentage of available answers that are to be good."),
    Key(
      "availability", \.availability, .percent(Percent(millionths: 500_000)...Percent(millionths: 999_999)),
      "The percentage of answers that are to be neither 5xx nor timed out."),
    Key("measure", \.measure, .choice, "Until when latency counts: the answer's head, or its last octet."),
  ]
}
