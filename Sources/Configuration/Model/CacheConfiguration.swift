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

extension CacheConfiguration: Section {
  static let noun = "the cache"
  static let defaults = CacheConfiguration()
  static let keys: [Key<Self>] = [
    Key("memory", \.memory, .size(1 << 20...1 << 40), "The hard bound of what is stored."),
    Key("largest_object", \.largestObject, .size(1 << 10...1 << 30), "What is larger is passed and never stored."),
  ]

  static func check(_ cache: inout Self, _ node: Node, _ decoder: inout Decoder) {
    guard cache.largestObject > cache.memory else { return }
    // A small memory alone is no mistake: the default object shrinks with it.
    guard let place = node["largest_object"]?.place else {
      cache.largestObject = cache.memory
      return
    }
    decoder.note("a largest object of more than the cache's memory", at: place)
  }
}
