import Bytes
import Testing

@Suite("Buffers, chunks and slices")
struct BufferTests {
  private func text(_ octets: Span<UInt8>) -> String {
    String(decoding: octets.indices.map { octets[$0] }, as: UTF8.self)
  }

  @Test("what is added is read, in order, and dropped once")
  func fifo() {
    var buffer = BufferPool().take(.small)
    #expect(buffer.append("hello ") == true)
    #expect(buffer.append(Array("world".utf8).span) == 5)
    #expect(buffer.append(UInt8(ascii: "!")) == true)
    #expect(text(buffer.readable) == "hello world!")
    buffer.consume(6)
    #expect(text(buffer.readable) == "world!")
    let room = buffer.room
    buffer.compact()
    #expect(buffer.room == room + 6)
    #expect(text(buffer.readable) == "world!")
    buffer.consume(100)
    #expect(buffer.isEmpty == true)
    buffer.consume(-1)
    #expect(buffer.room == buffer.capacity)
  }

  @Test("what does not fit is told, and text is never cut")
  func full() {
    var buffer = BufferPool().take(.small)
    let most = [UInt8](repeating: 1, count: 16_380)
    #expect(buffer.append(most.span) == 16_380)
    #expect(buffer.append("hello") == false)
    #expect(buffer.append(decimal: 12_345) == false)
    #expect(buffer.append(hex: 0x12345) == false)
    #expect(buffer.count == 16_380)
    #expect(buffer.append(decimal: 42) == true)
    #expect(buffer.append(most.span) == 2)
    #expect(buffer.append(UInt8(0)) == false)
    #expect(buffer.room == 0)
    buffer.clear()
    #expect(buffer.room == 16_384)
  }

  @Test(
    "numbers are written without leading zeros",
    arguments: [
      (UInt64(0), "0", "0"), (9, "9", "9"), (10, "10", "A"), (99, "99", "63"), (100, "100", "64"), (255, "255", "FF"),
      (1_000, "1000", "3E8"), (99_999, "99999", "1869F"), (100_000, "100000", "186A0"), (1_000_000, "1000000", "F4240"),
      (9_999_999, "9999999", "98967F"), (10_000_000, "10000000", "989680"), (99_999_999, "99999999", "5F5E0FF"),
      (100_000_000, "100000000", "5F5E100"),
      (.max, "18446744073709551615", "FFFFFFFFFFFFFFFF"),
    ])
  func numbers(number: UInt64, decimal: String, hex: String) {
    var buffer = BufferPool().take(.small)
    buffer.append(decimal: number)
    buffer.append(UInt8.space)
    buffer.append(hex: number)
    #expect(text(buffer.readable) == "\(decimal) \(hex)")
    var array: [UInt8] = []
    array.append(decimal: number)
    #expect(text(array.span) == decimal)
  }

  @Test("a decimal number is what String makes of it")
  func decimals() {
    var numbers: [UInt64] = []
    var power: UInt64 = 1
    for _ in 0..<20 {
      numbers += [power - 1, power, power + 1, power &* 7 / 3, power &* 18 &+ 5]
      power = power &* 10
    }
    numbers += (0..<20_000).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 >> UInt64($0 % 64) }
    let pool = BufferPool()
    for number in numbers + Array(0..<10_000) {
      var (array, reused) = ([UInt8](), ReusedArray<UInt8>())
      var buffer = pool.take(.small)
      array.append(decimal: number)
      reused.append(decimal: number)
      // With room for hardly more than the digits.
      buffer.append([UInt8](repeating: 0, count: 16_384 - 20).span)
      buffer.consume(16_384 - 20)
      buffer.append(decimal: number)
      #expect(text(array.span) == "\(number)" && Array(reused) == array)
      #expect(text(buffer.readable) == "\(number)")
      pool.give(buffer)
    }
  }

  @Test("free room is lent whole or not at all")
  func lending() {
    var buffer = BufferPool().take(.small)
    #expect(buffer.append(addingUpTo: 16_385) { output in output.append("no") } == false)
    #expect(buffer.isEmpty == true)
    #expect(
      buffer.append(addingUpTo: 7) { output in
        output.append("hello")
        output.append(", you")
        output.append(decimal: 42)
      } == true)
    #expect(text(buffer.readable) == "hello42")
    #expect(buffer.append(addingUpTo: 16_377) { output in output.append(decimal: 123_456_789_012) } == true)
    #expect(text(buffer.readable) == "hello42123456789012")
  }

  @Test("a pool counts what is out, and hands the last block out again, emptied")
  func pool() {
    let pool = BufferPool()
    var first = pool.take(.small)
    first.append("secret")
    let second = pool.take(.large)
    #expect(pool.lent == 2)
    #expect((first.capacity, second.capacity) == (16_384, 65_536))
    pool.give(first)
    pool.give(second)
    #expect(pool.lent == 0)
    let again = pool.take(.small)
    #expect(again.isEmpty == true)
    pool.trim()
    pool.give(again)
    pool.trim()
    pool.trim()
    #expect(pool.take(.small).isEmpty == true)
  }

  @Test(
    "blocks beyond one mapping are each their holder's own, also after their memory went back", arguments: [0, 1, 2])
  func slabs(trims: Int) {
    let pool = BufferPool()
    for round in 0..<3 {
      var held: [Held] = []
      for number in 0..<200 {
        let size = BufferSize.allCases[number % 2]
        held.append(Held(pool.take(size), filledWith: UInt8(truncatingIfNeeded: number + round), of: size))
      }
      #expect(pool.lent == 200)
      #expect(held.allSatisfy { $0.isWhole() })
      for block in held { block.giveBack(to: pool) }
      for _ in 0..<trims { pool.trim() }
    }
    #expect(pool.lent == 0)
  }

  @Test("free blocks are handed out one by one, the last that came back first, and none twice")
  func blocks() {
    let pool = BufferPool()
    var first = pool.take(.small)
    var second = pool.take(.small)
    var third = pool.take(.small)
    for _ in 0..<3 {
      // What one holds stays whole beside the others: a free block's first octets are the pool's own.
      first.append("first")
      second.append("second")
      third.append("third")
      #expect(text(first.readable) == "first")
      #expect(text(second.readable) == "second")
      #expect(text(third.readable) == "third")
      pool.reclaim(&first)
      pool.reclaim(&second)
      pool.reclaim(&third)
      #expect((first.capacity, pool.lent) == (0, 0))
      pool.trim()
      pool.supply(&second, .small)
      pool.supply(&third, .small)
      pool.supply(&first, .small)
      #expect(pool.lent == 3)
    }
  }

  @Test("a chunk is a copy, and joins slices in order")
  func chunks() {
    var octets = Array("hello world".utf8)
    let chunk = Chunk(copying: octets.span)
    octets[0] = 0
    #expect(text(chunk.span) == "hello world")
    let joined = Chunk(joining: [Slice(chunk, 6..<11), Slice(chunk, 0..<0), Slice(chunk, 0..<5)])
    #expect(text(joined.span) == "worldhello")
    #expect(Chunk(joining: []).count == 0)
    #expect(Chunk(copying: Span()).count == 0)
  }

  @Test(
    "a slice stays within its chunk",
    arguments: [(0..<5, "hello"), (6..<99, "world"), (99..<100, ""), (-5..<2, "he"), (-5..<(-1), "")])
  func slices(range: Range<Int>, expected: String) {
    let chunk = Chunk(copying: Array("hello world".utf8).span)
    let slice = Slice(chunk, range)
    slice.withSpan { #expect(text($0) == expected) }
    slice.dropping(first: 2).withSpan { #expect(text($0) == String(expected.dropFirst(2))) }
    slice.dropping(first: 100).withSpan { #expect($0.isEmpty == true) }
    slice.prefix(2).withSpan { #expect(text($0) == String(expected.prefix(2))) }
    slice.prefix(100).withSpan { #expect(text($0) == expected) }
  }

  @Test("sixteen slices leave in one write, and no empty one takes a place")
  func many() {
    let chunk = Chunk(copying: Array("hello".utf8).span)
    var slices = Slices()
    #expect(slices.append(Slice(chunk, 0..<0)) == true)
    for _ in 0..<Slices.limit { #expect(slices.append(Slice(chunk)) == true) }
    #expect(slices.isFull == true)
    #expect(slices.append(Slice(chunk)) == false)
    #expect(slices.append(Slice(chunk, 2..<2)) == true)
    #expect((slices.count, slices.octets) == (16, 80))
    #expect(slices[15]?.count == 5)
    #expect(slices[16] == nil)
    #expect(slices[-1] == nil)
  }
}

/// A buffer that is full of one octet.
private final class Held {
  private var buffer: Buffer
  private let octet: UInt8

  init(_ buffer: consuming Buffer, filledWith octet: UInt8, of size: BufferSize) {
    self.buffer = buffer
    self.octet = octet
    self.buffer.append([UInt8](repeating: octet, count: size.rawValue).span)
  }

  func isWhole() -> Bool {
    guard buffer.count == buffer.capacity else { return false }
    for index in 0..<buffer.count where buffer.readable[index] != octet { return false }
    return true
  }

  func giveBack(to pool: BufferPool) { pool.reclaim(&buffer) }
}
