import Glibc
import Testing

@testable import EventLoop

@Suite("Addresses")
struct AddressTests {
  private static let pairs = [
    ("127.0.0.1", "127.0.0.1:80"), ("0.0.0.0", "0.0.0.0:80"), ("255.255.255.255", "255.255.255.255:80"),
    ("::", "[::]:80"), ("::1", "[::1]:80"), ("2001:db8::7", "[2001:db8::7]:80"),
    ("2001:DB8:0:0:1:0:0:7", "[2001:db8::1:0:0:7]:80"), ("fe80::ffff:1", "[fe80::ffff:1]:80"),
  ]

  @Test("numeric hosts are read, and shown in their shortest form (RFC 5952)", arguments: pairs)
  func text(host: String, shown: String) throws {
    let address = try #require(Address(host: host, port: 80))
    #expect(address.description == shown)
    #expect(address.port == 80)
    #expect(Address(host: address.host, port: 80) == address)
    #expect(address.with(port: 8443).port == 8443)
    #expect(address.with(port: 8443).host == address.host)
  }

  @Test(
    "what is no numeric address is none",
    arguments: ["", "localhost", "127.0.0", "1.2.3.4.5", "256.1.1.1", "[::1]", ":::", "::1%lo", "01.2.3.4x"])
  func refused(host: String) { #expect(Address(host: host, port: 1) == nil) }

  @Test("the system gets them, and gives them back, as they are", arguments: pairs.map(\.0))
  func system(host: String) throws {
    let address = try #require(Address(host: host, port: 50_123))
    let back = unsafe address.withSockAddr { pointer, length in
      var storage = sockaddr_storage()
      unsafe withUnsafeMutableBytes(of: &storage) { raw in
        unsafe raw.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: Int(length)))
      }
      return Address(storage)
    }
    #expect(back == address)
    #expect(address.octets.count == (host.contains(":") ? 16 : 4))
  }

  @Test("an IPv4 client of a socket for both is shown, and counts, as IPv4 (RFC 4291 §2.5.5.2)")
  func mapped() throws {
    let mapped = try #require(Address(host: "::ffff:192.0.2.7", port: 9))
    let plain = try #require(Address(host: "192.0.2.7", port: 9))
    #expect(mapped.host == "192.0.2.7")
    #expect(mapped.clientKey == plain.clientKey)
  }

  @Test("one client is one IPv4 address, or one /64 of IPv6, whatever its port (RFC 6177)")
  func clients() throws {
    func key(_ host: String, _ port: UInt16 = 1) throws -> UInt64 {
      try #require(Address(host: host, port: port)).clientKey
    }
    #expect(try key("192.0.2.7", 1) == key("192.0.2.7", 2))
    #expect(try key("192.0.2.7") != key("192.0.2.8"))
    #expect(try key("2001:db8:0:1::1") == key("2001:db8:0:1:ffff::2", 7))
    #expect(try key("2001:db8:0:1::1") != key("2001:db8:0:2::1"))
  }

  @Test("a Unix socket has a path, and neither host nor port")
  func unix() {
    let address = Address.unix(path: "/run/yett.sock")
    #expect(address.description == "unix:/run/yett.sock")
    #expect(address.port == nil && address.with(port: 1) == address && address.octets.isEmpty)
    let length = unsafe Address.unix(path: String(repeating: "x", count: 500)).withSockAddr { _, length in Int(length) }
    #expect(length <= MemoryLayout<sockaddr_un>.size)
  }
}
