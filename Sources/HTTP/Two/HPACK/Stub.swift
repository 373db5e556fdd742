import Bytes
public enum HPACKError: Error { case compression, flood }
public enum FieldBlockResult: Equatable { case more, whole, malformed, refused(HeadError) }
public struct RequestHeadDecoder: ~Copyable {
  public enum Kind { case request(endsStream: Bool), trailers }
  public init(limits: HeadLimits, scheme: Scheme) {}
  public mutating func read(_ f: Span<UInt8>, isLast: Bool, kind: Kind, into octets: inout Buffer, _ head: inout RequestHead) throws(HPACKError) -> FieldBlockResult { .whole }
}
public struct ResponseHeadEncoder: ~Copyable { public init() {} }
