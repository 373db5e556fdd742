import Glibc

/// A system call that failed.
public struct SystemError: Error, Equatable, CustomStringConvertible {
  /// As `errno` had it.
  public let code: Int32
  public let call: String

  public init(_ call: String, code: Int32 = errno) {
    self.call = call
    self.code = code
  }

  public var description: String { "\(call): \(Self.words(code))" }

  /// What the system says of an `errno`.
  public static func words(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 128)
    let end = text.count
    return unsafe text.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, unsafe strerror_r(code, base, end) == 0 else { return "error \(code)" }
      return unsafe String(cString: base)
    }
  }
}
