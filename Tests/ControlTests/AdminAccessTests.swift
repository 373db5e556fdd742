import EventLoop
import Testing

@testable import Control

@Suite("The administration refuses what a foreign page or a stranger may not do")
struct AdminAccessTests {
  static let port: UInt16 = 9_000
  static let door = AdminAccess.Door.bind(.ipv4(.init(127, 0, 0, 1), port: port))
  static let token = "0123456789abcdef"

  static func request(
    _ method: String = "GET", host: String = "127.0.0.1:9000", origin: String? = nil, authorization: String? = nil,
    contentType: String? = nil, body: String = ""
  ) -> AdminRequest {
    var request = AdminRequest()
    request.method = method == "GET" ? .get : method == "HEAD" ? .head : .post
    request.host = Array(host.utf8)
    request.origin = origin.map { Array($0.utf8) }
    request.authorization = authorization.map { Array($0.utf8) }
    request.contentType = contentType.map { Array($0.utf8) }
    request.body = Array(body.utf8)
    return request
  }

  static func refusal(_ request: AdminRequest, door: AdminAccess.Door = door, token: String? = token) -> AdminRefusal? {
    AdminAccess.refusal(of: request, through: door, token: token)
  }

  @Test(
    "Host is the own address or localhost, with the own port (DNS rebinding)",
    arguments: [
      ("127.0.0.1:9000", nil), ("localhost:9000", nil), ("LocalHost:9000", nil), ("localhost.:9000", nil),
      ("evil.example:9000", .foreignHost), ("127.0.0.1", .foreignHost), ("127.0.0.1:80", .foreignHost),
      ("127.0.0.2:9000", .foreignHost), ("[::1]:9000", .foreignHost), ("", .foreignHost), ("a b", .foreignHost),
      ("localhost.evil.example:9000", .foreignHost),
    ] as [(String, AdminRefusal?)])
  func host(host: String, refusal: AdminRefusal?) {
    #expect(Self.refusal(Self.request(host: host)) == refusal)
  }

  @Test(
    "bound to every address, each address is its own, and still no name",
    arguments: [
      ("10.1.2.3:9000", nil), ("[fe80::1]:9000", nil), ("localhost:9000", nil), ("evil.example:9000", .foreignHost),
      ("10.1.2.3:9001", .foreignHost),
    ] as [(String, AdminRefusal?)])
  func everyAddress(host: String, refusal: AdminRefusal?) {
    for address in [
      Address.ipv6(high: 0, low: 0, scope: 0, port: Self.port), .ipv4(.init(0, 0, 0, 0), port: Self.port),
    ] {
      #expect(Self.refusal(Self.request(host: host), door: .bind(address)) == refusal)
    }
  }

  @Test("on port 80 Host needs no port (RFC 9110 §4.2.1)")
  func defaultPort() {
    let address = Address(host: "10.0.0.1", port: 80)
    guard let address else { return }
    let door = AdminAccess.Door.bind(address)
    #expect(Self.refusal(Self.request(host: "10.0.0.1"), door: door) == nil)
    #expect(Self.refusal(Self.request(host: "10.0.0.1:80"), door: door) == nil)
  }

  @Test(
    "a page of another origin may not even read",
    arguments: [
      (nil, nil), ("http://127.0.0.1:9000", nil), ("http://localhost:9000", .foreignOrigin),
      ("https://127.0.0.1:9000", .foreignOrigin), ("null", .foreignOrigin), ("http://evil.example", .foreignOrigin),
      ("", .foreignOrigin),
    ] as [(String?, AdminRefusal?)])
  func origin(origin: String?, refusal: AdminRefusal?) {
    #expect(Self.refusal(Self.request(origin: origin)) == refusal)
  }

  @Test(
    "changes need the token; reads need none",
    arguments: [
      (nil, .badToken), ("Bearer 0123456789abcdef", nil), ("bearer 0123456789abcdef", nil),
      ("Bearer 0123456789abcdeF", .badToken), ("Bearer 0123456789abcde", .badToken),
      ("Bearer 0123456789abcdef0", .badToken), ("Bearer ", .badToken), ("Basic 0123456789abcdef", .badToken),
      ("0123456789abcdef", .badToken), ("Bearer 0123456789abcdef,Bearer x", .badToken),
    ] as [(String?, AdminRefusal?)])
  func token(authorization: String?, refusal: AdminRefusal?) {
    #expect(Self.refusal(Self.request("POST", authorization: authorization)) == refusal)
    #expect(Self.refusal(Self.request("GET", authorization: authorization)) == nil)
    #expect(Self.refusal(Self.request("HEAD", authorization: authorization)) == nil)
    #expect(Self.refusal(Self.request("POST", authorization: authorization), token: nil) == .noToken)
  }

  @Test(
    "a body is JSON: what a form can send is refused",
    arguments: [
      (nil, "{}", .notJSON), ("text/plain", "{}", .notJSON), ("application/x-www-form-urlencoded", "{}", .notJSON),
      ("application/json", "{}", nil), ("Application/JSON; charset=utf-8", "{}", nil), (nil, "", nil),
      ("application/jsonp", "{}", .notJSON),
    ] as [(String?, String, AdminRefusal?)])
  func json(contentType: String?, body: String, refusal: AdminRefusal?) {
    let request = Self.request(
      "POST", authorization: "Bearer \(Self.token)", contentType: contentType, body: body)
    #expect(Self.refusal(request) == refusal)
    #expect(Self.refusal(request, door: .socket, token: nil) == refusal)
  }

  @Test("through the socket everything is allowed: whoever may open the file may do it")
  func socket() {
    let request = Self.request("POST", host: "evil.example", origin: "null")
    #expect(Self.refusal(request, door: .socket, token: nil) == nil)
  }

  @Test("each refusal is a client's error, in words", arguments: AdminRefusal.allCases)
  func words(refusal: AdminRefusal) {
    #expect((400..<500).contains(refusal.status) && !refusal.description.isEmpty)
  }
}
