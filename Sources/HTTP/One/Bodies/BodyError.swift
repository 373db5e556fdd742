/// Why a body can't be taken for whole. A request's is a 400 and a close, an answer's a 502 or an abort; neither is
/// ever finished towards the other side.
public enum BodyError: Error, Hashable, Sendable, CustomStringConvertible, CaseIterable {
  case badChunkSize
  case chunkTooLarge
  case chunkLineTooLong
  case badChunkEnd
  case tooMuchOverhead
  case badTrailer
  case trailersTooLong
  case cutShort

  public var description: String {
    switch self {
    case .badChunkSize: "a chunk's first line is no hexadecimal size"
    case .chunkTooLarge: "a chunk's size exceeds what can be counted"
    case .chunkLineTooLong: "a chunk's first line exceeds \(BodyDecoder.chunkLineLimit) octets"
    case .badChunkEnd: "a chunk does not end with CRLF"
    case .tooMuchOverhead: "the chunks are mostly extensions"
    case .badTrailer: "a trailer line is malformed"
    case .trailersTooLong: "the trailers exceed \(BodyDecoder.trailerLimit) octets"
    case .cutShort: "the body was cut short"
    }
  }
}
