/// What one YAML file says, decoded, validated and completed with defaults that are right for the public internet.
/// A value: made on the utility thread, compiled into snapshots by Control, read by anyone.
public struct Configuration: Equatable, Sendable {
  /// Worker threads, 1 to 256. Default (`nil`): one per core.
  public var workers: Int?
  /// Where clients connect, at least one.
  public var listeners: [ListenerConfiguration] = []
  /// TLS profiles by name, in the file's order.
  public var tls: [TLSProfileConfiguration] = []
  public var cache = CacheConfiguration()
  /// Pools by name, in the file's order; those of included files come after it.
  public var pools: [PoolConfiguration] = []
  /// Sites in the file's order; those of included files come after it.
  public var sites: [SiteConfiguration] = []
  public var admin = AdminConfiguration()
  public var log = LogConfiguration()
  public var limits = LimitsConfiguration()

  public init() {}
}
