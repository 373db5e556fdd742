import CCares
import EventLoop
import Glibc
import Time

/// What a look-up came to.
enum NameAnswer: Equatable {
  /// - Parameter timeToLive: the shortest of them, 0 for what stands in `/etc/hosts`.
  case found([Address], timeToLive: Nanoseconds)
  /// In c-ares' words.
  case failed(String)
}

/// What c-ares wants to hear of one of its sockets; neither: it is closed next.
struct NameSocketWish: Equatable {
  let descriptor: Int32
  let readable: Bool
  let writable: Bool
}

/// A channel of c-ares: look-ups under way and their sockets. c-ares calls back within the calls made here; what it
/// says is kept until it is taken, so that nobody is called while he calls.
///
/// Proof of safety: the channel is freed once, at the end; the inbox that its callbacks are given outlives it, being
/// this object's own; each look-up's argument is retained when it is handed over and released by its one callback
/// (c-ares calls it exactly once, with ARES_EDESTRUCTION at the latest).
@safe final class NameQueries {
  private let channel: ares_channel
  private let inbox: Inbox
  /// Milliseconds for the first try; c-ares doubles it with each.
  private static let timeout: Int32 = 2_000
  private static let tries: Int32 = 2

  private final class Inbox {
    var answers: [(query: UInt64, answer: NameAnswer)] = []
    var wishes: [NameSocketWish] = []
  }

  private final class Query {
    let number: UInt64
    let inbox: Inbox
    init(number: UInt64, inbox: Inbox) {
      self.number = number
      self.inbox = inbox
    }
  }

  /// Reads `/etc/resolv.conf`; `/etc/hosts` is asked first.
  ///
  /// - Parameter servers: instead of those of `/etc/resolv.conf`.
  init(servers: [Address] = []) throws(NameError) {
    let inbox = Inbox()
    var options = unsafe ares_options()
    unsafe options.timeout = Self.timeout
    unsafe options.tries = Self.tries
    unsafe options.sock_state_cb = { data, descriptor, readable, writable in
      guard let data = unsafe data else { return }
      let inbox = unsafe Unmanaged<Inbox>.fromOpaque(data).takeUnretainedValue()
      inbox.wishes.append(
        NameSocketWish(descriptor: descriptor, readable: readable != 0, writable: writable != 0))
    }
    unsafe options.sock_state_cb_data = Unmanaged.passUnretained(inbox).toOpaque()
    let mask = ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB | ARES_OPT_LOOKUPS
    var opened: ares_channel?
    var lookups: [CChar] = [0x66, 0x62, 0]  // "fb": the file, then name servers
    var code = ares_library_init(ARES_LIB_INIT_ALL)
    guard code == ARES_SUCCESS.code else { throw NameError(code) }
    code = unsafe lookups.withUnsafeMutableBufferPointer { buffer in
      // c-ares copies the text.
      unsafe options.lookups = buffer.baseAddress
      return unsafe ares_init_options(&opened, &options, mask)
    }
    guard code == ARES_SUCCESS.code, let channel = unsafe opened else {
      ares_library_cleanup()
      throw NameError(code)
    }
    unsafe self.channel = channel
    self.inbox = inbox
    guard !servers.isEmpty else { return }
    let list = servers.map(\.description).joined(separator: ",")
    code = unsafe ares_set_servers_ports_csv(channel, list)
    guard code == ARES_SUCCESS.code else { throw NameError(code) }
  }

  deinit {
    unsafe ares_destroy(channel)
    ares_library_cleanup()
  }

  /// Begins a look-up of both families. Its answer may be there at once.
  func ask(_ host: String, query number: UInt64) {
    var hints = ares_addrinfo_hints()
    hints.ai_family = AF_UNSPEC
    // One node for each address, not one for each kind of socket.
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    let query = unsafe Unmanaged.passRetained(Query(number: number, inbox: inbox)).toOpaque()
    unsafe ares_getaddrinfo(
      channel, host, nil, &hints,
      { argument, status, _, found in
        guard let argument = unsafe argument else { return }
        let query = unsafe Unmanaged<Query>.fromOpaque(argument).takeRetainedValue()
        let answer = unsafe NameAnswer(status: status, found: found)
        if let found = unsafe found { unsafe ares_freeaddrinfo(found) }
        query.inbox.answers.append((query.number, answer))
      }, query)
  }

  /// Reads and writes the sockets that are ready, and gives up what is overdue.
  ///
  /// - Parameters: -1 for none.
  func process(readable: Int32 = -1, writable: Int32 = -1) { unsafe ares_process_fd(channel, readable, writable) }

  /// How long until `process` is to be called even if no socket is ready; `nil` without a look-up under way.
  var patience: Nanoseconds? {
    var time = timeval()
    guard unsafe ares_timeout(channel, nil, &time) != nil else { return nil }
    return .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_usec))
  }

  func takeAnswers() -> [(query: UInt64, answer: NameAnswer)] {
    defer { inbox.answers = [] }
    return inbox.answers
  }

  /// In the order in which c-ares said them.
  func takeWishes() -> [NameSocketWish] {
    defer { inbox.wishes = [] }
    return inbox.wishes
  }

  /// Whether a socket has more to be read: c-ares reads an answer over TCP in steps, and is told of each edge once.
  static func hasNews(_ descriptor: Int32) -> Bool {
    var octet: UInt8 = 0
    return unsafe recv(descriptor, &octet, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) >= 0
  }
}

/// Why c-ares did not begin.
struct NameError: Error, Equatable, CustomStringConvertible {
  let code: Int32
  init(_ code: Int32) { self.code = code }
  var description: String { unsafe String(cString: ares_strerror(code)) }
}

extension NameAnswer {
  /// - Parameter found: of c-ares, alive during the call; `nil` where there is none.
  fileprivate init(status: Int32, found: UnsafeMutablePointer<ares_addrinfo>?) {
    guard status == ARES_SUCCESS.code else {
      self = .failed(NameError(status).description)
      return
    }
    var addresses: [Address] = []
    var timeToLive = Int64(Int32.max)
    var next = unsafe found?.pointee.nodes
    while let node = unsafe next {
      if let address = unsafe Address(node.pointee), !addresses.contains(address) {
        addresses.append(address)
        timeToLive = Swift.min(timeToLive, Int64(unsafe node.pointee.ai_ttl))
      }
      unsafe next = node.pointee.ai_next
    }
    self = .found(addresses, timeToLive: .seconds(Swift.max(0, timeToLive)))
  }
}

extension Address {
  /// `nil` for families beside IPv4 and IPv6.
  fileprivate init?(_ node: ares_addrinfo_node) {
    guard let name = unsafe node.ai_addr else { return nil }
    let raw = unsafe UnsafeRawBufferPointer(start: name, count: Int(node.ai_addrlen))
    switch unsafe node.ai_family {
    case AF_INET where raw.count >= MemoryLayout<sockaddr_in>.size:
      let bits = unsafe UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr)
      self = .ipv4(
        InlineOctets4(
          UInt8(truncatingIfNeeded: bits >> 24), UInt8(truncatingIfNeeded: bits >> 16),
          UInt8(truncatingIfNeeded: bits >> 8), UInt8(truncatingIfNeeded: bits)), port: 0)
    case AF_INET6 where raw.count >= MemoryLayout<sockaddr_in6>.size:
      // RFC 2553 §3.3: family, port and flow label are the 8 octets before the address, the scope the 4 after it.
      let high = unsafe UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
      let low = unsafe UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
      let scope = unsafe raw.loadUnaligned(fromByteOffset: 24, as: UInt32.self)
      self = .ipv6(high: high, low: low, scope: scope, port: 0)
    default: return nil
    }
  }
}

extension BinaryInteger {
  /// c-ares' constants are macros, its functions return C's `int`.
  fileprivate var code: Int32 { Int32(truncatingIfNeeded: self) }
}
