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
  private var pieces = FillPieces()
  private var readers: [Reader] = []
  private var vacant: [Int] = []
  private var waiting = WorkerSet()
  private(set) var isPaused = false

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

  /// Adds a piece that begins by repeating the last octets, in place of the pieces that held them.
  mutating func append(_ slice: Slice, repeating repeated: Int = 0) -> FillProgress {
    guard case .body = phase else { return FillProgress(notify: WorkerSet(), pauses: false) }
    pieces.append(slice, repeating: repeated)
    if isOutgrown, readerCount == 0 { pieces.dropRead() }
    isPaused = isOutgrown && held >= Self.window
    return FillProgress(notify: takeWaiting(), pauses: isPaused)
  }

  /// Puts octets that came before, joined to one piece, in place of their pieces: nobody needs to be told.
  mutating func compact(_ slice: Slice, repeating repeated: Int) {
    guard case .body = phase else { return }
    pieces.append(slice, repeating: repeated)
  }

  mutating func outgrow() {
    isOutgrown = true
    pieces.dropRead()
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
  var slices: [Slice] { pieces.slices }
  /// Octets that came so far.
  var end: Int { pieces.end }
  /// Octets of them that are kept.
  var held: Int { pieces.held }

  // MARK: Readers

  /// `nil` where there are too many, or it is over for those who come now.
  mutating func join(worker: Int, limit: Int, at now: Instant) -> Int? {
    switch phase {
    case .awaitingHead, .body, .whole: guard !isOutgrown, readerCount < limit else { return nil }
    case .failed, .released: return nil
    }
    let reader = Reader(worker: worker, moved: now, isHere: true)
    pieces.enter(at: reader.position)
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
    if !readers[index].isCut { pieces.leave(from: readers[index].position) }
    guard isOutgrown else { return false }
    pieces.dropRead()
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
    if let slice = pieces.slice(at: position)?.prefix(limit), limit > 0 {
      readers[index].position = position + slice.count
      readers[index].moved = now
      pieces.leave(from: position)
      pieces.enter(at: position + slice.count)
      guard isOutgrown else { return (.octets(slice), false) }
      pieces.dropRead()
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
    guard isOutgrown, held >= Self.window / 2 else { return (WorkerSet(), false) }
    for index in readers.indices where readers[index].isHere && !readers[index].isCut {
      guard readers[index].position < pieces.firstEnd, readers[index].moved < then else { continue }
      readers[index].isCut = true
      pieces.leave(from: readers[index].position)
      wait(index)
    }
    pieces.dropRead()
    return (takeWaiting(), takeResumption())
  }

  // MARK: Within

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
}
