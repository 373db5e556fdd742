import Bytes
import HTTP

/// Whether an origin that decodes, splits at `/` and `\`, and cuts at `;` finds a dot segment: told without any care
/// for speed, beside `PathCheck`.
private func hasDotSegment(_ path: [UInt8]) -> Bool {
  var decoded: [UInt8] = []
  var index = 0
  while index < path.count {
    if path[index] == .percent, index + 2 < path.count, let high = path[index + 1].hexDigitValue,
      let low = path[index + 2].hexDigitValue
    {
      decoded.append(UInt8(high << 4 | low))
      index += 3
    } else {
      decoded.append(path[index])
      index += 1
    }
  }
  return decoded.split(omittingEmptySubsequences: false) { $0 == .slash || $0 == .backslash }
    .map { Array($0.prefix { $0 != .semicolon }) }
    .contains { $0 == [.dot] || $0 == [.dot, .dot] }
}

private func read(_ form: [UInt8], _ host: [UInt8], _ method: Method) -> Target? {
  var target = Target()
  guard (try? target.assign(form: form.span, host: host.span, method: method, scheme: .http)) != nil else { return nil }
  return target
}

private func same(_ left: borrowing Target, _ right: borrowing Target) -> Bool {
  array(left.pathAndQuery) == array(right.pathAndQuery) && array(left.matchPath) == array(right.matchPath)
    && array(left.authority) == array(right.authority) && array(left.host) == array(right.host)
    && left.port == right.port && left.isAsterisk == right.isAsterisk
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  withOctets(data, count) { octets in
    // `target LF host`
    let parts = octets.split(separator: .lineFeed, maxSplits: 1, omittingEmptySubsequences: false).map { Array($0) }
    let host = parts.count > 1 ? parts[1] : Array("a".utf8)
    for method in [Method.get, .options, .connect] {
      guard let target = read(parts[0], host, method) else { continue }
      let path = array(target.path)
      check(target.isAsterisk ? path == [.asterisk] : path.first == .slash, "a path begins with a slash")
      check(!hasDotSegment(path) && !hasDotSegment(array(target.matchPath)), "no dot segment passes")
      check(!array(target.pathAndQuery).contains { $0 <= 0x20 || $0 == 0x7F }, "all octets are visible")
      // What is forwarded is read as the same target by the next one.
      let forwarded = array(target.pathAndQuery)
      if let again = read(forwarded, array(target.authority), target.isAsterisk ? .options : .get) {
        check(same(target, again), "what is forwarded is the same target")
      } else {
        check(false, "what is forwarded is a target")
      }
      if target.isAsterisk { continue }
      if let matched = read(array(target.matchPath), array(target.authority), .get) {
        check(array(matched.matchPath) == array(target.matchPath), "the form for matching is its own")
      } else {
        check(false, "the form for matching is a target")
      }
    }
  }
}
