import Bytes
import HTTP

/// A request as it goes to an origin, in a copy of its own, so that it can be made again when its exchange's buffers
/// have moved on.
public struct OriginRequest: Sendable {
  public var method = Method.get
  /// End-to-end fields, without `Host` and those of the framing.
  public var fields = FieldBlock()
  /// `.none`, `.length` or `.chunked`.
  public var framing = BodyFraming.none
  /// The answer may be kept for others: a connection that was kept is asked first if all is well with it.
  public var isShared = false
  /// Method, target and authority, one behind the other: one storage to keep.
  private var line: [UInt8] = []
  private var targetStart = 0
  private var authorityStart = 0

  public init() {}

  /// As it was sent: what `method` does not know is forwarded all the same. Empty where there is no request.
  public var methodName: Span<UInt8> {
    @_lifetime(borrow self) get { line.span.extracting(0..<targetStart) }
  }

  /// Origin form (`/path?query`) or `*`.
  public var target: Span<UInt8> {
    @_lifetime(borrow self) get { line.span.extracting(targetStart..<authorityStart) }
  }

  /// The value of `Host`.
  public var authority: Span<UInt8> {
    @_lifetime(borrow self) get { line.span.extracting(droppingFirst: authorityStart) }
  }

  /// Takes request line and framing of a parsed request; keeps its storage. The fields are the caller's to write.
  public mutating func assign(_ head: borrowing RequestHead, _ octets: Span<UInt8>, to target: borrowing Target) {
    method = head.method
    framing = head.framing
    isShared = false
    line.removeAll(keepingCapacity: true)
    line.append(octets[clamped: head.methodName])
    targetStart = line.count
    line.append(target.pathAndQuery)
    authorityStart = line.count
    line.append(target.authority)
  }

  /// What it holds is another request's: without a method it is never written.
  mutating func forget() { (targetStart, authorityStart) = (0, 0) }

  /// A bound of what its head takes in a buffer, in octets.
  var headOctets: Int { line.count + fields.octets.count + 256 }
}
