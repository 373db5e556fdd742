import Bytes
import HTTP
import Time

/// What a client's conditions come to on a stored response (RFC 9110 §13.2.2, RFC 9111 §4.3.2).
public enum Conditional: Equatable, Sendable {
  case whole
  /// A 304 with `StoredHead.copyNotModifiedFields`.
  case notModified

  /// `If-Match` and `If-Unmodified-Since` never come here (`RequestDirectives`); `Range` is passed over, and `If-Range`
  /// with it.
  ///
  /// - Parameter now: for dates with a year of two digits.
  public init(_ head: borrowing RequestHead, _ octets: Span<UInt8>, on stored: StoredHead, now: WallTime) {
    self = .whole
    guard head.fields.contains(.ifNoneMatch) || head.fields.contains(.ifModifiedSince) else { return }
    // RFC 9110 §13.2.1: what would not have been a success is answered as if there were no condition.
    guard (200...299).contains(stored.status), head.method == .get || head.method == .head else { return }
    if head.fields.first(.ifNoneMatch) != nil {
      if Self.anyMatches(head.fields, octets, stored) { self = .notModified }
    } else if let slot = head.fields.first(.ifModifiedSince),
      let since = HTTPDate.parse(octets[clamped: slot.value], now: now), stored.lastModified ?? stored.date <= since
    {
      self = .notModified
    }
  }

  /// The same from the fields that a reader of a fill keeps of its request, a GET.
  ///
  /// - Parameter now: for dates with a year of two digits.
  init(_ request: FieldBlock, on stored: StoredHead, now: WallTime) {
    self = .whole
    guard (200...299).contains(stored.status) else { return }
    let octets = request.octets
    if request.first(.ifNoneMatch) != nil {
      let lines = stored.fields.octets
      let tag = lines.span[clamped: stored.etag?.value ?? ByteRange()]
      for slot in request.slots where slot.known == .ifNoneMatch {
        if EntityTag.list(octets.span[clamped: slot.value], matches: tag) { self = .notModified }
      }
    } else if let slot = request.first(.ifModifiedSince),
      let since = HTTPDate.parse(octets.span[clamped: slot.value], now: now),
      stored.lastModified ?? stored.date <= since
    {
      self = .notModified
    }
  }

  private static func anyMatches(_ fields: borrowing FieldTable, _ octets: Span<UInt8>, _ stored: StoredHead) -> Bool {
    let lines = stored.fields.octets
    let tag = lines.span[clamped: stored.etag?.value ?? ByteRange()]
    let slots = fields.span
    for index in slots.indices {
      let slot = slots[index]
      if slot.known == .ifNoneMatch, EntityTag.list(octets[clamped: slot.value], matches: tag) { return true }
    }
    return false
  }
}

/// The conditions of a request that waits for a fill, for what it is answered with when it looks again and its reader
/// is gone. Any thread.
public struct RequestConditions: Sendable {
  let request: FieldBlock

  /// What they come to on a stored response.
  ///
  /// - Parameter now: for dates with a year of two digits.
  public func conditional(on stored: StoredHead, now: WallTime) -> Conditional {
    Conditional(request, on: stored, now: now)
  }
}

/// Entity tags (RFC 9110 §8.8.3). Not a list of quoted strings: a backslash in a tag escapes nothing.
enum EntityTag {
  /// Whether `If-None-Match`'s value is `*` or has a member that matches weakly (§8.8.3.2). What follows a member that
  /// is none is not read.
  ///
  /// - Parameter tag: the stored `ETag`; empty where there is none.
  static func list(_ list: Span<UInt8>, matches tag: Span<UInt8>) -> Bool {
    if list.equals("*") { return true }
    let wanted = opaque(tag, from: 0)
    guard let wanted, wanted.upperBound == tag.count else { return false }
    var position = 0
    while position < list.count {
      guard list[position] != .comma, list[position] != .space, list[position] != .tab else {
        position += 1
        continue
      }
      guard let member = opaque(list, from: position) else { return false }
      if list.extracting(member).equals(tag.extracting(wanted)) { return true }
      position = member.upperBound
    }
    return false
  }

  /// The quoted part of the tag that begins at `start`; `nil` for what is no tag.
  private static func opaque(_ octets: Span<UInt8>, from start: Int) -> Range<Int>? {
    var start = start
    if start + 1 < octets.count, octets[start] == UInt8(ascii: "W"), octets[start + 1] == .slash { start += 2 }
    guard start < octets.count, octets[start] == .doubleQuote,
      let end = octets.firstIndex(of: .doubleQuote, from: start + 1)
    else { return nil }
    return start..<end + 1
  }
}
