import Bytes
import HTTP

/// A request as it goes to an origin, in a copy of its own, so that it can be made again when its exchange's buffers
/// have moved on.
public struct OriginRequest: Sendable {
  public var method = Method.get
  /// As it was sent: what `method` does not know is forwarded all the same.
  public var methodName: [UInt8] = []
  /// Origin form (`/path?query`) or `*`.
  public var target: [UInt8] = []
  /// The value of `Host`.
  public var authority: [UInt8] = []
  /// End-to-end fields, without `Host` and those of the framing.
  public var fields = FieldBlock()
  /// `.none`, `.length` or `.chunked`.
  public var framing = BodyFraming.none

  public init() {}

  /// Takes request line and framing of a parsed request; keeps its storage. The fields are the caller's to write.
  public mutating func assign(_ head: borrowing RequestHead, _ octets: Span<UInt8>, to target: borrowing Target) {
    method = head.method
    methodName.removeAll(keepingCapacity: true)
    methodName.append(octets[clamped: head.methodName])
    self.target.removeAll(keepingCapacity: true)
    self.target.append(target.pathAndQuery)
    authority.removeAll(keepingCapacity: true)
    authority.append(target.authority)
    framing = head.framing
  }

  /// A bound of what its head takes in a buffer, in octets.
  var headOctets: Int { methodName.count + target.count + authority.count + fields.octets.count + 256 }
}
