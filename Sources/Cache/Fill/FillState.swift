import Bytes
import Time

/// A response on its way into memory, and how far its readers are. Pure; its lock is the fill's.
struct FillState: ~Copyable {
  enum Phase {
    case awaitingHead
    case body(StoredHead)
    case whole(StoredHead)
    case failed(FillFailure)
    case released(Refusal)
  }

  struct Piece {
    let slice: Slice
    /// Where in the body it ends.
    let end: Int
  }

  struct Reader {
    var worker = 0
    /// The next octet of the body.
    var position = 0
    /// When it last got on.
    var moved = Instant.never
    var isCut = false
    var isHere = false
  }

  private(set) var phase = Phase.awaitingHead
  /// The selecting fields that the answer is for; `nil` where it is for all.
  private(set) var spec: VarySpec?
  /// What the fill's own request says of them.
  private(set) var selection: [UInt8] = []
  private(set) var declaredLength: Int?
  /// It exceeds the largest object: only who has begun reads it, over a bounded window.
  private(set) var isOutgrown = false
  private var pieces: [Piece] = []
  /// Octets that came so far.
  private(set) var end = 0
  private var readers: [Reader] = []
  private var vacant: [Int] = []
  private var waiting = WorkerSet()
  private var isPaused = false

  /// Octets between the slowest reader and the newest octet of an outgrown fill.
  static let window = 262_144

  init() {}

  var readerCount: Int { readers.count - vacant.count }

  // MARK: The owner

  /// - Returns: whom to tell.
  mutating func begin(_ head: StoredHead, length: Int?, spec: VarySpec?, selection: [UInt8]) -> WorkerSet {
    guard case .awaitingHead = phase else { return WorkerSet() }
    phase = .body(head)
    (declaredLength, self.spec, self.selection) = (length, spec, selection)
    return takeWaiting()
  }

  /// Adds a piece in place of the last `replaced` ones, whose octets it repeats first.
  mutating func append(_ slice: Slice, replacing replaced: Int) -> FillProgress {
    guard case .body = phase else { return FillProgress(notify: WorkerSet(), pauses: false) }
    let taken = min(replaced, pieces.count)
    let start = taken > 0 ? pieces[pieces.count - taken].end - pieces[pieces.count - taken].slice.count : end
    pieces.removeLast(taken)
    end = start + slice.count
    pieces.append(Piece(slice: slice, end: end))
    if isOutgrown, readerCount == 0 { dropRead() }
    isPaused = isOutgrown && held >= Self.window
    return FillProgress(notify: takeWaiting(), pauses: isPaused)
  }

  mutating func outgrow() {
    isOutgrown = true
    dropRead()
  }

  /// The body is whole.
  mutating func finish() -> WorkerSet {
    if case .body(let head) = phase { phase = .whole(head) }
    return takeWaiting()
  }

  mutating func fail(_ failure: FillFailure) -> WorkerSet {
    switch phase {
    case .awaitingHead, .body: phase = .failed(failure)
    case .whole, .failed, .released: break
    }
    pieces.removeAll()
    return takeWaiting()
  }

  mutating func release(_ refusal: Refusal) -> WorkerSet {
    if case .awaitingHead = phase { phase = .released(refusal) }
    return takeWaiting()
  }

  /// The body as it is kept.
  var slices: [Slice] { pieces.map(\.slice) }

  // MARK: Readers

  /// `nil` where there are too many, or it is over for those who come now.
  mutating func join(worker: Int, limit: Int, at now: Instant) -> Int? {
    switch phase {
    case .awaitingHead, .body, .whole: guard !isOutgrown, readerCount < limit else { return nil }
    case .failed, .released: return nil
    }
    let reader = Reader(worker: worker, moved: now, isHere: true)
    if let index = vacant.popLast() {
      readers[index] = reader
      return index
    }
    readers.append(reader)
    return readers.count - 1
  }

  /// - Returns: whether the owner may go on.
  mutating func leave(_ index: Int) -> Bool {
    guard index < readers.count, readers[index].isHere else { return false }
    readers[index].isHere = false
    vacant.append(index)
    guard isOutgrown else { return false }
    dropRead()
    return takeResumption()
  }

  mutating func head(for index: Int) -> FillHead {
    switch phase {
    case .awaitingHead:
      wait(index)
      return .waiting
    case .body(let head): return .ready(head, length: declaredLength)
    case .whole(let head): return .ready(head, length: end)
    case .failed(let failure): return .failed(failure)
    case .released(let refusal): return .released(refusal)
    }
  }

  /// - Returns: what is next, and whether the owner may go on.
  mutating func read(_ index: Int, limit: Int, at now: Instant) -> (body: FillBody, wakesOwner: Bool) {
    guard index < readers.count, readers[index].isHere, !readers[index].isCut else { return (.cut, false) }
    let position = readers[index].position
    if let piece = piece(at: position), limit > 0 {
      let start = piece.end - piece.slice.count
      let slice = piece.slice.dropping(first: position - start).prefix(limit)
      readers[index].position = position + slice.count
      readers[index].moved = now
      guard isOutgrown else { return (.octets(slice), false) }
      if position < (pieces.first?.end ?? 0) { dropRead() }
      return (.octets(slice), takeResumption())
    }
    switch phase {
    case .awaitingHead, .body:
      wait(index)
      return (.waiting, false)
    case .whole: return (.end, false)
    case .failed(let failure): return (.failed(failure), false)
    case .released: return (.cut, false)
    }
  }

  /// Cuts off who holds up an outgrown fill.
  ///
  /// - Returns: whom to tell, and whether the owner may go on.
  mutating func cut(stuckSince then: Instant) -> (notify: WorkerSet, wakesOwner: Bool) {
    guard isOutgrown, held >= Self.window / 2, let first = pieces.first else { return (WorkerSet(), false) }
    for index in readers.indices where readers[index].isHere && !readers[index].isCut {
      guard readers[index].position < first.end, readers[index].moved < then else { continue }
      readers[index].isCut = true
      wait(index)
    }
    dropRead()
    return (takeWaiting(), takeResumption())
  }

  // MARK: Within

  /// Octets that are kept.
  private var held: Int { end - (pieces.first.map { $0.end - $0.slice.count } ?? end) }

  private mutating func wait(_ index: Int) {
    if index < readers.count { waiting.insert(readers[index].worker) }
  }

  private mutating func takeWaiting() -> WorkerSet {
    let taken = waiting
    waiting = WorkerSet()
    return taken
  }

  private mutating func takeResumption() -> Bool {
    guard isPaused, held < Self.window / 2 else { return false }
    isPaused = false
    return true
  }

  /// The piece in which the octet at `position` lies.
  private func piece(at position: Int) -> Piece? {
    var (low, high) = (0, pieces.count)
    while low < high {
      let middle = (low + high) / 2
      if pieces[middle].end <= position { low = middle + 1 } else { high = middle }
    }
    guard low < pieces.count, pieces[low].end - pieces[low].slice.count <= position else { return nil }
    return pieces[low]
  }

  /// Drops what all readers have read.
  private mutating func dropRead() {
    var slowest = end
    for reader in readers where reader.isHere && !reader.isCut { slowest = min(slowest, reader.position) }
    var count = 0
    while count < pieces.count, pieces[count].end <= slowest { count += 1 }
    pieces.removeFirst(count)
  }
}
