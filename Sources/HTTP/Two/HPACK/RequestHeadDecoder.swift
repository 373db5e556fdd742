import Bytes
import CNghttp2

/// Decodes the field blocks of one connection (RFC 7541), with nghttp2's coder, whose table of what came before has
/// 4,096 octets. Blocks are read to their end whatever they say, or the table would be another than the client's.
@safe public struct RequestHeadDecoder: ~Copyable {
  /// What a block is for.
  public enum Kind: Equatable, Sendable {
    /// - Parameter endsStream: no body follows.
    case request(endsStream: Bool)
    /// Checked and dropped.
    case trailers
  }

  // Proof: made in `init`, freed in `deinit`, used by this value alone.
  private let inflater: OpaquePointer
  private var assembly: RequestHeadAssembly
  private var isInBlock = false

  /// - Parameter scheme: of the transport: a request with another is malformed.
  public init(limits: HeadLimits, scheme: Scheme) {
    var inflater: OpaquePointer?
    unsafe nghttp2_hd_inflate_new(&inflater)
    // As with buffers: without memory there is no going on.
    guard let inflater = unsafe inflater else { preconditionFailure("no memory for a decoder") }
    unsafe self.inflater = inflater
    assembly = RequestHeadAssembly(limits: limits, scheme: scheme)
  }

  deinit { unsafe nghttp2_hd_inflate_del(inflater) }

  /// Decodes the next fragment of a block.
  ///
  /// - Parameters:
  ///   - isLast: the block ends with it.
  ///   - octets: empty at a block's begin; gets the fields as HTTP/1 has them (`name: value CRLF`), so that those that
  ///     go on leave in one copy. What does not fit is `tooLarge`.
  ///   - head: of a request that is whole then: its ranges lie in `octets`.
  /// - Throws: the connection's end: what follows cannot be read.
  public mutating func read(
    _ fragment: Span<UInt8>, isLast: Bool, kind: Kind, into octets: inout Buffer, _ head: inout RequestHead
  ) throws(HPACKError) -> FieldBlockResult {
    if !isInBlock {
      isInBlock = true
      assembly.begin(kind, &octets, &head)
    }
    let isRead = unsafe fragment.withUnsafeBytes { raw in
      unsafe decode(raw.baseAddress?.assumingMemoryBound(to: UInt8.self), raw.count, isLast, &octets, &head)
    }
    guard isRead else { throw .compression }
    guard !assembly.isFlood else { throw .flood }
    guard isLast else { return .more }
    isInBlock = false
    unsafe nghttp2_hd_inflate_end_headers(inflater)
    return assembly.end(&octets, &head)
  }

  @unsafe private mutating func decode(
    _ start: UnsafePointer<UInt8>?, _ count: Int, _ isLast: Bool, _ octets: inout Buffer, _ head: inout RequestHead
  ) -> Bool {
    var offset = 0
    // An empty last fragment is looked at too: a block may not end within a field.
    while true {
      var field = unsafe nghttp2_nv()
      var flags: Int32 = 0
      let read = unsafe nghttp2_hd_inflate_hd2(
        inflater, &field, &flags, start.map { unsafe $0 + offset }, count - offset, isLast ? 1 : 0)
      guard read >= 0 else { return false }
      offset += read
      if flags & Int32(NGHTTP2_HD_INFLATE_EMIT.rawValue) != 0 {
        // Proof: the coder lends both until it is called again; either may be empty.
        let name = unsafe Span<UInt8>(_unsafeStart: field.name, count: field.namelen)
        let value = unsafe Span<UInt8>(_unsafeStart: field.value, count: field.valuelen)
        assembly.add(name, value, &octets, &head)
        if assembly.isFlood { return true }
        continue
      }
      if flags & Int32(NGHTTP2_HD_INFLATE_FINAL.rawValue) != 0 || offset >= count { return true }
    }
  }
}

/// What ends a connection while its field blocks are decoded.
public enum HPACKError: Error, Equatable, Sendable {
  /// RFC 7541 §2.3.3 and others: COMPRESSION_ERROR.
  case compression
  /// A block came to many times what a head may have.
  case flood
}

/// What a field block came to.
public enum FieldBlockResult: Equatable, Sendable {
  /// It goes on in another fragment.
  case more
  case whole
  /// RFC 9113 §8.1.1: the stream is reset.
  case malformed
  /// It is answered with the error's status.
  case refused(HeadError)
}
