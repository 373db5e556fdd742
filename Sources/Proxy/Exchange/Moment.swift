import Time

/// When something happens, on both clocks: read once a turn by the loop, handed in everywhere else.
public struct Moment: Sendable {
  public var now: Instant
  public var wall: WallTime

  public init(now: Instant, wall: WallTime) { (self.now, self.wall) = (now, wall) }
}
