import COpenSSL

/// What OpenSSL refused outside of a connection: a context, a key, an object that could not be made.
public struct TLSError: Error, Equatable, CustomStringConvertible {
  /// What was tried, as the object of "cannot …".
  public let attempt: String
  /// In OpenSSL's words.
  public let reason: String

  /// Of somebody else than OpenSSL.
  public init(attempt: String, reason: String) { (self.attempt, self.reason) = (attempt, reason) }

  /// Takes the reason out of the thread's error queue, which is empty afterwards.
  init(_ attempt: String) {
    self.attempt = attempt
    reason = ErrorQueue.takeFirst().reason
  }

  public var description: String { "cannot \(attempt): \(reason)" }
}

/// OpenSSL's error queue of this thread. Whoever meets a failure empties it, so that none is taken for a later one's.
enum ErrorQueue {
  struct Entry {
    let code: UInt
    /// The library's own number, `SSL_R_…` where the library is SSL; 0 for none.
    var number: Int32 { Int32(truncatingIfNeeded: ERR_GET_REASON(code)) }
    var isSSL: Bool { ERR_GET_LIB(code) == ERR_LIB_SSL }
    var reason: String {
      // Proof: the strings are constants of OpenSSL.
      guard code != 0, let text = unsafe ERR_reason_error_string(code) else { return "no reason given" }
      return unsafe String(cString: text)
    }
  }

  /// The first entry is the root; what came after it tells who passed it on.
  static func takeFirst() -> Entry {
    let entry = Entry(code: ERR_get_error())
    ERR_clear_error()
    return entry
  }

  static func clear() { ERR_clear_error() }
}
