/// Workers by number, 0 to 255: who is to be told of news.
public struct WorkerSet: Sendable, Equatable {
  /// A worker's number is below it.
  public static let limit = 256

  fileprivate var words = InlineArray<4, UInt64>(repeating: 0)

  public init() {}

  public var isEmpty: Bool { words[0] | words[1] | words[2] | words[3] == 0 }

  /// A number out of range is passed over.
  public mutating func insert(_ worker: Int) {
    guard worker >= 0, worker < Self.limit else { return }
    words[worker / 64] |= 1 << UInt64(worker % 64)
  }

  public func contains(_ worker: Int) -> Bool {
    worker >= 0 && worker < Self.limit && words[worker / 64] >> UInt64(worker % 64) & 1 == 1
  }

  public static func == (left: WorkerSet, right: WorkerSet) -> Bool {
    for index in left.words.indices where left.words[index] != right.words[index] { return false }
    return true
  }
}

/// In ascending order.
extension WorkerSet: Sequence {
  public struct Iterator: IteratorProtocol {
    private var rest: WorkerSet
    private var index = 0

    fileprivate init(_ set: WorkerSet) { rest = set }

    public mutating func next() -> Int? {
      while index < 4 {
        let word = rest.words[index]
        if word != 0 {
          rest.words[index] = word & (word - 1)
          return index * 64 + word.trailingZeroBitCount
        }
        index += 1
      }
      return nil
    }
  }

  public func makeIterator() -> Iterator { Iterator(self) }
}
