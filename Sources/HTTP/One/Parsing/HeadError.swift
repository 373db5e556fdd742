/// Why a head is refused. A request's is answered with `status` and the connection closed; an answer's is a 502.
public enum HeadError: Error, Hashable, Sendable, CustomStringConvertible, CaseIterable {
  case badMethod
  case badTarget
  case badVersion
  case unsupportedVersion
  case requestLineTooLong
  case badStatusLine
  case statusLineTooLong
  case bareLineFeed
  case bareCarriageReturn
  case controlInField
  case foldedField
  case spaceBeforeColon
  case badFieldName
  case sectionTooLarge
  case tooManyFields
  case missingHost
  case repeatedHost
  case badHost
  case badLength
  case repeatedLength
  case badTransferEncoding
  case lengthBesideTransferEncoding
  case transferEncodingBeforeHTTP11
  case tooManyConnectionOptions
  case unknownExpectation

  /// What a client is told.
  public var status: UInt16 {
    switch self {
    case .requestLineTooLong: 414
    case .sectionTooLarge, .tooManyFields: 431
    case .unknownExpectation: 417
    case .unsupportedVersion: 505
    case .badMethod, .badTarget, .badVersion, .badStatusLine, .statusLineTooLong, .bareLineFeed, .bareCarriageReturn,
      .controlInField, .foldedField, .spaceBeforeColon, .badFieldName, .missingHost, .repeatedHost, .badHost,
      .badLength, .repeatedLength, .badTransferEncoding, .lengthBesideTransferEncoding,
      .transferEncodingBeforeHTTP11, .tooManyConnectionOptions:
      400
    }
  }

  public var description: String {
    switch self {
    case .badMethod: "the request does not begin with a method"
    case .badTarget: "the request line has no target, or one with a control character"
    case .badVersion: "the request line does not end with an HTTP version"
    case .unsupportedVersion: "the version is not HTTP/1"
    case .requestLineTooLong: "the request line exceeds its limit"
    case .badStatusLine: "the answer does not begin with a status line of 100 to 599"
    case .statusLineTooLong: "the status line exceeds its limit"
    case .bareLineFeed: "a line ends with LF alone"
    case .bareCarriageReturn: "a CR is not followed by LF"
    case .controlInField: "a field has a control character"
    case .foldedField: "a line begins with white space"
    case .spaceBeforeColon: "a field name is followed by white space"
    case .badFieldName: "a field line has no valid name"
    case .sectionTooLarge: "the field lines exceed their limit in octets"
    case .tooManyFields: "there are more field lines than the limit"
    case .missingHost: "Host is missing"
    case .repeatedHost: "Host is repeated"
    case .badHost: "Host names no host"
    case .badLength: "Content-Length is no number"
    case .repeatedLength: "Content-Length is repeated"
    case .badTransferEncoding: "Transfer-Encoding is not exactly \"chunked\""
    case .lengthBesideTransferEncoding: "there is a Content-Length beside Transfer-Encoding"
    case .transferEncodingBeforeHTTP11: "an HTTP/1.0 message has a Transfer-Encoding"
    case .tooManyConnectionOptions: "Connection names more than Yett follows"
    case .unknownExpectation: "Expect asks for something else than 100-continue"
    }
  }
}
