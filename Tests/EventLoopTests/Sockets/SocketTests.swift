import Bytes
import Glibc
import Testing

@testable import EventLoop

@Suite("Sockets")
struct SocketTests {
  private let pool = BufferPool()

  /// What one read brings.
  private func read(_ socket: borrowing Socket) -> (result: ReadResult, octets: [UInt8]) {
    var buffer = pool.take(.small)
    let result = socket.read(into: &buffer)
    var octets: [UInt8] = []
    octets.append(buffer.readable)
    return (result, octets)
  }

  private func pair() throws -> (near: Int32, far: Int32) {
    SignalReader.ignoreBrokenPipes()
    return try socketPair()
  }

  @Test("a short read says that nothing is left, a full one that more may be")
  func reading() throws {
    let ends = try pair()
    let near = Socket(owning: ends.near)
    let far = Socket(owning: ends.far)
    #expect(read(near).result == .wouldBlock)
    let octets = [UInt8](repeating: 7, count: BufferSize.small.rawValue + 1)
    #expect(far.write(octets.span) == .octets(octets.count))
    #expect(read(near).result == .octets(BufferSize.small.rawValue, drained: false))
    #expect(read(near) == (.octets(1, drained: true), [7]))
    far.finishWriting()
    #expect(read(near).result == .end)
  }

  @Test("head and slices leave with one write, in order, as far as the kernel has room")
  func writing() throws {
    let ends = try pair()
    let near = Socket(owning: ends.near)
    let far = Socket(owning: ends.far)
    var head = pool.take(.small)
    head.append("head ")
    var slices = Slices()
    for word in ["one ", "two ", "three"] {
      slices.append(Slice(Chunk(copying: Array("..\(word)..".utf8).span), 2..<2 + word.utf8.count))
    }
    #expect(near.write(head, slices) == .octets(18))
    #expect(String(decoding: read(far).octets, as: UTF8.self) == "head one two three")
    #expect(near.write(Buffer(), Slices()) == .octets(0))

    var large = Slices()
    let chunk = Chunk(copying: [UInt8](repeating: 1, count: 1 << 20).span)
    for _ in 0..<Slices.limit { large.append(Slice(chunk)) }
    guard case .octets(let taken) = near.write(head, large) else {
      Issue.record("nothing was taken")
      return
    }
    #expect(taken > 0 && taken < large.octets)
    #expect(near.write(head, large) == .wouldBlock)
  }

  @Test("what the peer does not take any more is an error, not a signal")
  func broken() throws {
    let ends = try pair()
    let near = Socket(owning: ends.near)
    close(ends.far)
    var head = pool.take(.small)
    head.append("x")
    #expect(near.write(head, Slices()) == .failed(EPIPE))
    #expect(near.write(head.readable) == .failed(EPIPE))
  }

  @Test("news are octets, ends and errors that wait to be read")
  func news() throws {
    let ends = try pair()
    let near = Socket(owning: ends.near)
    let far = Socket(owning: ends.far)
    var hasNews = near.hasNews()
    #expect(!hasNews)
    _ = far.write(Array("x".utf8).span)
    hasNews = near.hasNews()
    #expect(hasNews)
    #expect(read(near).result == .octets(1, drained: true), "a look takes nothing away")
    far.finishWriting()
    hasNews = near.hasNews()
    #expect(hasNews)
  }

  @Test("a socket is closed once, by `close` or by its owner's end")
  func closing() throws {
    let ends = try pair()
    do {
      var near = Socket(owning: ends.near)
      near.close()
      near.close()
      let descriptor = near.descriptor
      #expect(descriptor == -1)
      let hasNews = near.hasNews()
      #expect(hasNews, "an error is news too")
      #expect(near.write(Array("x".utf8).span) == .failed(EBADF))
    }
    do { _ = Socket(owning: ends.far) }
    #expect(fcntl(ends.far, F_GETFD) == -1)
  }

  @Test("unix(7): a path that the system cannot hold is refused, not cut to another one")
  func pathTooLong() {
    let long = Address.unix(path: "/" + String(repeating: "a", count: 107))
    #expect(throws: SystemError("connect", code: ENAMETOOLONG)) { _ = try Socket.connect(to: long) }
    #expect(throws: SystemError("bind", code: ENAMETOOLONG)) { _ = try ListeningSocket(bind: long, shared: false) }
    let longest = Address.unix(path: "/" + String(repeating: "a", count: 106))
    #expect(throws: SystemError("connect", code: ENOENT)) { _ = try Socket.connect(to: longest) }
  }
}
