/// The one cache in memory that all workers share.
public struct CacheConfiguration: Equatable, Sendable {
  /// The hard bound of what is stored, in octets. Default 512 MiB.
  public var memory: Int
  /// What is larger is passed and never stored, in octets. Default 16 MiB.
  public var largestObject: Int

  public init(memory: Int = 512 << 20, largestObject: Int = 16 << 20) {
    (self.memory, self.largestObject) = (memory, largestObject)
  }
}
