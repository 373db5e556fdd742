import CYAML

/// What a YAML file is made of, in order.
enum YAMLEvent {
  case streamStart
  case streamEnd
  case documentStart
  case documentEnd
  case alias
  case scalar(String, isPlain: Bool, isDecorated: Bool)
  /// - isDecorated: it has an anchor or a tag.
  case listStart(isDecorated: Bool)
  case listEnd
  case mappingStart(isDecorated: Bool)
  case mappingEnd
}

/// What libyaml could not read, and where: line and column from 1.
struct YAMLFailure: Error {
  let message: String
  let line: Int
  let column: Int
}

/// libyaml's event parser over octets in memory. Strings are copied out of each event before it is freed.
///
/// Proof of safety: `parser` has a fixed address (libyaml keeps a pointer to it), is initialised when `init` returns
/// and is deleted once; `octets` is allocated with it, outlives it, and is never written after `init`.
@safe struct YAMLParser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let octets: UnsafeMutableBufferPointer<UInt8>
  /// Where the last event begins, from 1.
  private(set) var line = 1
  private(set) var column = 1

  /// UTF-8 is forced: a byte order mark of UTF-16 is an error like any other stray octet. That of UTF-8 is skipped
  /// here, since libyaml counts it as a column.
  init(_ text: [UInt8]) throws(YAMLFailure) {
    let text = text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text[...]
    unsafe parser = .allocate(capacity: 1)
    unsafe octets = .allocate(capacity: text.count)
    _ = unsafe octets.initialize(from: text)
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      unsafe octets.deallocate()
      throw YAMLFailure(message: "no memory for the parser", line: 1, column: 1)
    }
    unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    unsafe yaml_parser_set_input_string(parser, octets.baseAddress, octets.count)
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
    unsafe octets.deallocate()
  }

  /// After `streamEnd` or an error, call it no more.
  mutating func next() throws(YAMLFailure) -> YAMLEvent {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { unsafe yaml_event_delete(&event) }
    (line, column) = unsafe (Int(event.start_mark.line) + 1, Int(event.start_mark.column) + 1)
    switch unsafe event.type {
    case YAML_STREAM_START_EVENT: return .streamStart
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      let value = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return unsafe .scalar(
        String(decoding: value, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE,
        isDecorated: scalar.anchor != nil || scalar.tag != nil)
    case YAML_SEQUENCE_START_EVENT:
      let list = unsafe event.data.sequence_start
      return unsafe .listStart(isDecorated: list.anchor != nil || list.tag != nil)
    case YAML_SEQUENCE_END_EVENT: return .listEnd
    case YAML_MAPPING_START_EVENT:
      let mapping = unsafe event.data.mapping_start
      return unsafe .mappingStart(isDecorated: mapping.anchor != nil || mapping.tag != nil)
    case YAML_MAPPING_END_EVENT: return .mappingEnd
    default: return .streamEnd
    }
  }

  private func failure() -> YAMLFailure {
    let reason = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "no reason given"
    let problem = "unreadable YAML, \(reason),"
    guard unsafe parser.pointee.error == YAML_READER_ERROR else {
      let mark = unsafe parser.pointee.problem_mark
      return YAMLFailure(message: problem, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
    // libyaml gives an offset in octets for what is no UTF-8, and no mark.
    var (line, column) = (1, 1)
    for octet in unsafe Array(octets.prefix(Int(clamping: parser.pointee.problem_offset))) {
      if octet == UInt8(ascii: "\n") { (line, column) = (line + 1, 1) } else if octet & 0xC0 != 0x80 { column += 1 }
    }
    return YAMLFailure(message: problem, line: line, column: column)
  }
}
