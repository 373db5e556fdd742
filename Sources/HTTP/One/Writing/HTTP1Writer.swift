import Bytes

/// What an answer says about the connection it goes over.
public enum ConnectionOption: UInt8, Sendable {
  /// Nothing: what the version implies.
  case none
  case close
  /// To an HTTP/1.0 client that asked for it.
  case keepAlive
}

/// Writes heads and chunk frames (RFC 9112) into a buffer: a head whole, or nothing of it.
public enum HTTP1Writer {
  /// Octets of the longest framing and connection lines, status line, and what ends a head.
  private static let slack = 160

  /// A request's head, made anew from what was parsed.
  ///
  /// - Parameters:
  ///   - host: the authority to ask for; empty where the client named none.
  ///   - fields: without `Host`, framing and `Connection`.
  ///   - framing: `none`, `length` or `chunked`.
  ///   - close: whether the connection is to end with the answer.
  public static func request(
    method: Span<UInt8>, target: Span<UInt8>, host: Span<UInt8>, fields: borrowing FieldBlock, framing: BodyFraming,
    close: Bool, into buffer: inout Buffer
  ) throws(WriteError) {
    guard !method.isEmpty, method.firstNonToken(from: 0) == method.count else { throw .badMethod }
    guard !target.isEmpty, target.firstInvisible(from: 0) == target.count else { throw .badTarget }
    guard host.firstInvisible(from: 0) == host.count else { throw .badHost }
    guard framing != .untilClose else { throw .badFraming }
    guard fields.names.isDisjoint(with: [.contentLength, .transferEncoding, .connection, .host]) else {
      throw .reservedField
    }
    let limit = method.count + target.count + host.count + fields.octets.count + slack
    let isWritten = buffer.append(addingUpTo: limit) { output in
      output.append(method)
      output.append(" ")
      output.append(target)
      output.append(" HTTP/1.1\r\nHost: ")
      output.append(host)
      output.append("\r\n")
      output.append(fields.octets.span)
      append(framing, to: &output)
      if close { output.append("Connection: close\r\n") }
      output.append("\r\n")
    }
    guard isWritten else { throw .noRoom }
  }

  /// An answer's head.
  ///
  /// - Parameters:
  ///   - status: 100 to 999.
  ///   - stored: whole lines, from a `FieldBlock`; may be empty.
  ///   - added: lines of this answer. Neither has framing fields or `Connection`.
  ///   - own: appends whole lines that need no check, `ownLimit` octets at most.
  ///   - framing: `nil` where no field says it: 1xx, 204, a 304 or an answer to HEAD of unknown length. `none` is
  ///     `Content-Length: 0`, `untilClose` says nothing, and wants `connection: .close`.
  public static func response(
    status: UInt16, stored: Span<UInt8>, added: borrowing FieldBlock, ownLimit: Int = 0, framing: BodyFraming?,
    connection: ConnectionOption, into buffer: inout Buffer, own: (inout OutputSpan<UInt8>) -> Void = { _ in }
  ) throws(WriteError) {
    guard status >= 100, status <= 999 else { throw .badStatus }
    guard added.names.isDisjoint(with: [.contentLength, .transferEncoding, .connection]) else { throw .reservedField }
    let isWritten = buffer.append(addingUpTo: stored.count + added.octets.count + ownLimit + slack) { output in
      append(status: status, to: &output)
      output.append(stored)
      output.append(added.octets.span)
      own(&output)
      switch framing {
      case nil: break
      case .some(.none): output.append("Content-Length: 0\r\n")
      case .some(let framing): append(framing, to: &output)
      }
      switch connection {
      case .none: break
      case .close: output.append("Connection: close\r\n")
      case .keepAlive: output.append("Connection: keep-alive\r\n")
      }
      output.append("\r\n")
    }
    guard isWritten else { throw .noRoom }
  }

  /// An interim head (RFC 9110 §15.2).
  ///
  /// - Parameter status: 100 to 199.
  public static func interim(
    status: UInt16, fields: borrowing FieldBlock, into buffer: inout Buffer
  ) throws(WriteError) {
    guard status >= 100, status <= 199 else { throw .badStatus }
    try response(
      status: status, stored: Span(), added: fields, framing: nil, connection: .none, into: &buffer)
  }

  /// `HTTP/1.1 100 Continue` without fields.
  public static func continueHead(into buffer: inout Buffer) throws(WriteError) {
    guard buffer.append("HTTP/1.1 100 Continue\r\n\r\n") else { throw .noRoom }
  }

  /// Octets of the longest `chunkHead`.
  public static let chunkHeadLimit = 18

  /// The line before a chunk's octets (RFC 9112 §7.1); `chunkTail` must follow them.
  ///
  /// - Parameter count: 1 or more: a chunk of 0 would end the body, so nothing is written for it.
  public static func chunkHead(_ count: Int, into buffer: inout Buffer) throws(WriteError) {
    guard count > 0 else { return }
    guard buffer.room >= chunkHeadLimit else { throw .noRoom }
    buffer.append(hex: UInt64(count))
    buffer.append("\r\n")
  }

  /// The line end after a chunk's octets.
  public static let chunkTail: StaticString = "\r\n"
  /// The last chunk, without trailers.
  public static let lastChunk: StaticString = "0\r\n\r\n"

  private static func append(status: UInt16, to output: inout OutputSpan<UInt8>) {
    if status == 200 {
      // Nearly all: a store of constants.
      output.append("HTTP/1.1 200 OK\r\n")
    } else if let line = ReasonPhrase.statusLine(of: status) {
      output.append(line)
    } else {
      output.append("HTTP/1.1 ")
      output.append(decimal: UInt64(status))
      // The space stands also before no phrase (RFC 9112 §4).
      output.append(" \r\n")
    }
  }

  private static func append(_ framing: BodyFraming, to output: inout OutputSpan<UInt8>) {
    switch framing {
    case .none, .untilClose: break
    case .length(let length):
      output.append("Content-Length: ")
      output.append(decimal: length)
      output.append("\r\n")
    case .chunked: output.append("Transfer-Encoding: chunked\r\n")
    }
  }
}
