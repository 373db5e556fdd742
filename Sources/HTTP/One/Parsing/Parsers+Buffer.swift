import Bytes

// A span of one stored property may not be lent to a mutating call on another through the same `self`; a borrowed
// buffer may. So each parser reads a buffer too.

extension RequestHeadParser {
  /// `read` on what is to be read in a buffer.
  @inlinable public mutating func read(_ input: borrowing Buffer) throws(HeadError) -> Bool { try read(input.readable) }
}

extension ResponseHeadParser {
  /// `read` on what is to be read in a buffer.
  @inlinable public mutating func read(
    _ input: borrowing Buffer, answerTo method: Method
  ) throws(HeadError) -> Bool { try read(input.readable, answerTo: method) }
}

extension BodyDecoder {
  /// `read` on what is to be read in a buffer, `limit` octets of it at most.
  @inlinable public mutating func read(
    _ input: borrowing Buffer, from position: inout Int, limit: Int = .max
  ) throws(BodyError) -> Event { try read(input.readable.extracting(first: limit), from: &position) }
}
