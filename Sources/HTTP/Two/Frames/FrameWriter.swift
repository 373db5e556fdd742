import Bytes

/// Writes frames into a buffer: whole, or nothing of them.
enum FrameWriter {
  /// Octets of the longest frame that is written here but for settings and opaque payloads.
  static let smallFrame = FrameHeader.octets + 8

  /// - Returns: `false`, and nothing written, where there is no room for the header and its payload.
  @discardableResult static func header(_ header: FrameHeader, into output: inout Buffer) -> Bool {
    guard let type = header.type, output.room >= FrameHeader.octets + header.length else { return false }
    return output.append(addingUpTo: FrameHeader.octets) { octets in
      octets.append(UInt8(truncatingIfNeeded: header.length >> 16))
      octets.append(UInt8(truncatingIfNeeded: header.length >> 8))
      octets.append(UInt8(truncatingIfNeeded: header.length))
      octets.append(type.rawValue)
      octets.append(header.flags.rawValue)
      octets.append(bigEndian: header.stream)
    }
  }

  @discardableResult static func settings(_ values: [(HTTP2Setting, UInt32)], into output: inout Buffer) -> Bool {
    guard header(FrameHeader(length: values.count * 6, type: .settings, stream: 0), into: &output) else { return false }
    return output.append(addingUpTo: values.count * 6) { octets in
      for (setting, value) in values {
        octets.append(UInt8(truncatingIfNeeded: setting.rawValue >> 8))
        octets.append(UInt8(truncatingIfNeeded: setting.rawValue))
        octets.append(bigEndian: value)
      }
    }
  }

  @discardableResult static func settingsAcknowledgement(into output: inout Buffer) -> Bool {
    header(FrameHeader(length: 0, type: .settings, flags: .acknowledgement, stream: 0), into: &output)
  }

  /// - Parameter opaque: eight octets.
  @discardableResult static func ping(
    _ opaque: Span<UInt8>, isAnswer: Bool, into output: inout Buffer
  ) -> Bool {
    let frame = FrameHeader(length: 8, type: .ping, flags: isAnswer ? .acknowledgement : [], stream: 0)
    guard opaque.count == 8, header(frame, into: &output) else { return false }
    return output.append(opaque) == 8
  }

  @discardableResult static func reset(_ stream: UInt32, _ code: HTTP2ErrorCode, into output: inout Buffer) -> Bool {
    number(code.rawValue, .resetStream, stream: stream, into: &output)
  }

  @discardableResult static func windowUpdate(_ stream: UInt32, by octets: Int, into output: inout Buffer) -> Bool {
    number(UInt32(clamping: octets), .windowUpdate, stream: stream, into: &output)
  }

  @discardableResult static func goAway(last: UInt32, _ code: HTTP2ErrorCode, into output: inout Buffer) -> Bool {
    guard header(FrameHeader(length: 8, type: .goAway, stream: 0), into: &output) else { return false }
    return output.append(addingUpTo: 8) { octets in
      octets.append(bigEndian: last)
      octets.append(bigEndian: code.rawValue)
    }
  }

  private static func number(
    _ number: UInt32, _ type: FrameType, stream: UInt32, into output: inout Buffer
  ) -> Bool {
    guard header(FrameHeader(length: 4, type: type, stream: stream), into: &output) else { return false }
    return output.append(addingUpTo: 4) { $0.append(bigEndian: number) }
  }
}

extension OutputSpan where Element == UInt8 {
  @_lifetime(self: copy self) fileprivate mutating func append(bigEndian number: UInt32) {
    append(UInt8(truncatingIfNeeded: number >> 24))
    append(UInt8(truncatingIfNeeded: number >> 16))
    append(UInt8(truncatingIfNeeded: number >> 8))
    append(UInt8(truncatingIfNeeded: number))
  }
}
