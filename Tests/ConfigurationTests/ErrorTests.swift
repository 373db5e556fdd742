import Testing

@testable import Configuration

/// A text and all that is said about it, in order.
struct Refused: Sendable, CustomTestStringConvertible {
  let text: String
  let complaints: [String]

  init(_ text: String, _ complaints: String...) { (self.text, self.complaints) = (text, complaints) }

  var testDescription: String { complaints.joined(separator: "; ") }
}

private func pool(_ pool: String) -> String { configuration(pool: pool) }
private let one = "servers: [{address: 'a:1'}]"

@Suite("Each error has its place: values, listeners, TLS, pools")
struct ErrorTests {
  @Test("values of the wrong type, form or range", arguments: values)
  func valuesRefused(refused: Refused) {
    #expect(complaints(refused.text) == refused.complaints)
  }

  static let values: [Refused] = [
    Refused(configuration(other: "workers: 0"), "expected a whole number from 1 to 256, got `0` at y:9:10"),
    Refused(configuration(other: "workers: 257"), "expected a whole number from 1 to 256, got `257` at y:9:10"),
    Refused(configuration(other: "workers: -1"), "expected a whole number from 1 to 256, got `-1` at y:9:10"),
    Refused(
      configuration(other: "workers: '2'"),
      "expected a whole number from 1 to 256 without quotes, got `2` at y:9:10"),
    Refused(configuration(other: "workers: [2]"), "expected a whole number from 1 to 256, got a list at y:9:10"),
    Refused(
      configuration(other: "workers: 99999999999999999999999"),
      "expected a whole number from 1 to 256, got `99999999999999999999999` at y:9:10"),
    Refused(configuration(other: "workers: 2.0"), "expected a whole number from 1 to 256, got `2.0` at y:9:10"),
    Refused(configuration(other: "wrokers: 2"), "unknown key `wrokers` at y:9:1; did you mean `workers`?"),
    Refused(
      configuration(other: "cache: {memory: 64MB}"),
      "expected a size from 1MiB to 1TiB such as `64KiB`, got `64MB` at y:9:17; did you mean `64MiB`?"),
    Refused(
      configuration(other: "cache: {memory: 8589934592GiB}"),
      "expected a size from 1MiB to 1TiB such as `64KiB`, got `8589934592GiB` at y:9:17"),
    Refused(
      configuration(other: "cache: {memory: 1KiB}"),
      "expected a size from 1MiB to 1TiB such as `64KiB`, got `1KiB` at y:9:17"),
    Refused(
      configuration(other: "cache: {memory: 1MiB, largest_object: 2MiB}"),
      "a largest object of more than the cache's memory at y:9:39"),
    Refused(
      configuration(other: "cache: {memory: -5}"),
      "expected a size from 1MiB to 1TiB such as `64KiB`, got `-5` at y:9:17"),
    Refused(configuration(other: "cache: 64MiB"), "expected the cache (a mapping), got `64MiB` at y:9:8"),
    Refused(
      configuration(other: "limits: {head_timeout: 10}"),
      "expected a duration from 10ms to 1h such as `2s`, got `10` at y:9:24; did you mean `10s`?"),
    Refused(
      configuration(other: "limits: {head_timeout: 10sec}"),
      "expected a duration from 10ms to 1h such as `2s`, got `10sec` at y:9:24; did you mean `10s`?"),
    Refused(
      configuration(other: "limits: {head_timeout: 2h}"),
      "expected a duration from 10ms to 1h such as `2s`, got `2h` at y:9:24"),
    Refused(
      configuration(other: "limits: {head_timeout: 1h30m}"),
      "expected a duration from 10ms to 1h such as `2s`, got `1h30m` at y:9:24"),
    Refused(
      configuration(other: "limits: {head_timeout: 99999999999999999d}"),
      "expected a duration from 10ms to 1h such as `2s`, got `99999999999999999d` at y:9:24"),
    Refused(
      configuration(other: "limits: {header_fields: 101}"),
      "expected a whole number from 1 to 100, got `101` at y:9:25"),
    Refused(
      configuration(other: "limits: {drain: forever}"),
      "expected a duration from 0s to 1h such as `2s`, got `forever` at y:9:17"),
    Refused(configuration(other: "log: {query: 1}"), "expected true or false, got `1` at y:9:14"),
    Refused(configuration(other: "log: {acess: x}"), "unknown key `acess` at y:9:7; did you mean `access`?"),
    Refused(configuration(other: "log: {access: [a]}"), "expected a file, `-` or `off`, got a list at y:9:15"),
    Refused(
      configuration(other: "  - {name: two}"),
      "missing key `hosts` of a site at y:9:5",
      "missing key `routes` of a site at y:9:5"),
  ]

  @Test("listeners and admin", arguments: listeners)
  func listenersRefused(refused: Refused) {
    #expect(complaints(refused.text) == refused.complaints)
  }

  static let listeners: [Refused] = [
    Refused(
      configuration(other: "admin: {bind: 'localhost:9000'}"),
      "expected an IP address and port such as `[::]:8443`, or `unix:/path`, got `localhost:9000` at y:9:15; did you mean `127.0.0.1:9000`?"
    ),
    Refused(
      configuration(other: "admin: {bind: 9000}"),
      "expected an IP address and port such as `[::]:8443`, or `unix:/path`, got `9000` at y:9:15"),
    Refused(
      configuration(other: "admin: {bind: '[::]:8080'}"),
      "second address `[::]:8080` (the first is at y:1:31) at y:9:15"),
    Refused(
      configuration(other: "admin: {token: hunter2}"),
      "expected a token of 16 to 256 visible ASCII characters at y:9:16"),
    Refused(
      configuration(other: "admin: {socket: /\(String(repeating: "x", count: 107))}"),
      "expected a socket's path of at most 107 octets, got 108 at y:9:17"),
    Refused(configuration(listeners: "[{name: web}]"), "missing key `bind` of a listener at y:1:13"),
    Refused(configuration(listeners: "[{bind: '[::]:1'}]"), "missing key `name` of a listener at y:1:13"),
    Refused(configuration(listeners: "[]"), "expected 1 or more items in the list, got none at y:1:12"),
    Refused(configuration(listeners: "{name: web, bind: '[::]:1'}"), "expected a list, got a mapping at y:1:12"),
    Refused(configuration(listeners: "[web]"), "expected a listener (a mapping), got `web` at y:1:13"),
    Refused(
      configuration(listeners: "[{name: Web Front, bind: '[::]:1'}]"),
      "expected a name of 1 to 64 characters from a-z, 0-9, `_`, `.` and `-`, got `Web Front` at y:1:20; did you mean `web-front`?"
    ),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1'}, {name: a, bind: '[::]:2'}]"),
      "second listener `a` (the first is at y:1:20) at y:1:47"),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1'}, {name: b, bind: '[::]:1'}]"),
      "second address `[::]:1` (the first is at y:1:29) at y:1:56"),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1', redirect_to: htps}, {name: https, bind: '[::]:2'}]"),
      "no listener `htps` at y:1:52; did you mean `https`?"),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1', redirect_to: a}]"),
      "listener `a` redirects to itself at y:1:52"),
    Refused(
      configuration(
        listeners:
          "[{name: a, bind: '[::]:1', redirect_to: b},{name: b, bind: '[::]:2', redirect_to: c},{name: c, bind: '[::]:3'}]"
      ),
      "listener `b` redirects too; name the one that serves sites at y:1:52"),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1', tls: front}]"),
      "no TLS profile `front` at y:1:44"),
    Refused(
      configuration(
        listeners:
          "[{name: a, bind: '[:::]:1'}, {name: b, bind: '256.1.1.1:1'}, {name: c, bind: '1.1.1.1:65536'}, {name: d, bind: 'unix:x'}]"
      ),
      "expected an IP address and port such as `[::]:8443`, or `unix:/path`, got `[:::]:1` at y:1:29",
      "expected an IP address and port such as `[::]:8443`, or `unix:/path`, got `256.1.1.1:1` at y:1:57",
      "expected an IP address and port such as `[::]:8443`, or `unix:/path`, got `1.1.1.1:65536` at y:1:89",
      "expected an IP address and port such as `[::]:8443`, or `unix:/path`, got `unix:x` at y:1:123"),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1', public_port: 0}]"),
      "expected a whole number from 1 to 65535, got `0` at y:1:52"),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1', protocols: []}]"),
      "expected 1 or more items in the list, got none at y:1:50"),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1', protocols: [h2, http/2]}]"),
      "expected one of h2, http/1.1, got `http/2` at y:1:55"),
    Refused(
      configuration(listeners: "[{name: a, bind: '[::]:1', protocols: [h2, h2]}]"),
      "a protocol named twice at y:1:50"),
  ]

  @Test("TLS profiles", arguments: tls)
  func tlsRefused(refused: Refused) {
    #expect(complaints(refused.text) == refused.complaints)
  }

  static let tls: [Refused] = [
    Refused(
      configuration(other: "tls: {front: {certificates: [{directory: c}], tickets: {rotate: 8d, key: a}}}"),
      "expected a duration from 1s to 7d such as `2s`, got `8d` at y:9:65",
      "unknown key `key` at y:9:69; did you mean `keys`?"),
    Refused(
      configuration(other: "tls: {front: {certificates: []}}"),
      "expected 1 or more items in the list, got none at y:9:29"),
    Refused(
      configuration(other: "tls: {front: {certificates: [{chain: a}]}}"),
      "expected either `chain` and `key` or `directory` in a certificate at y:9:30"),
    Refused(
      configuration(other: "tls: {front: {certificates: [{chain: a, key: b, directory: c}]}}"),
      "expected either `chain` and `key` or `directory` in a certificate at y:9:30"),
    Refused(
      configuration(other: "tls: {front: {profile: old, certificates: [{directory: c}]}}"),
      "expected one of modern, intermediate, got `old` at y:9:24"),
    Refused(
      configuration(other: "tls: {front: {profile: moden, certificates: [{directory: c}]}}"),
      "expected one of modern, intermediate, got `moden` at y:9:24; did you mean `modern`?"),
    Refused(
      configuration(other: "tls: [front]"),
      "expected a mapping from names to TLS profiles, got a list at y:9:6"),
    Refused(
      configuration(other: "tls: {Front!: {certificates: [{directory: c}]}}"),
      "expected a name of 1 to 64 characters from a-z, 0-9, `_`, `.` and `-`, got `Front!` at y:9:7"),
  ]

  @Test("pools and servers", arguments: pools)
  func poolsRefused(refused: Refused) {
    #expect(complaints(refused.text) == refused.complaints)
  }

  static let pools: [Refused] = [
    Refused(pool("{}"), "missing key `servers` of a pool at y:3:8"),
    Refused(pool("{servers: []}"), "expected 1 or more items in the list, got none at y:3:18"),
    Refused(
      pool("{servers: [{address: 'a'}]}"),
      "expected a host and port such as `10.1.0.11:8080`, or `unix:/path`, got `a` at y:3:29"),
    Refused(
      pool("{servers: [{address: 'a:0'}]}"),
      "expected a host and port such as `10.1.0.11:8080`, or `unix:/path`, got `a:0` at y:3:29"),
    Refused(
      pool("{servers: [{weight: 0}]}"),
      "missing key `address` of a server at y:3:19",
      "expected a whole number from 1 to 256, got `0` at y:3:28"),
    Refused(
      pool("{servers: [{address: '-a.b:1'}, {address: '1.2.3:80'}, {address: 'unix:/a'}, {address: 'http://a:1'}]}"),
      "expected a host and port such as `10.1.0.11:8080`, or `unix:/path`, got `-a.b:1` at y:3:29",
      "expected a host and port such as `10.1.0.11:8080`, or `unix:/path`, got `1.2.3:80` at y:3:50",
      "expected a host and port such as `10.1.0.11:8080`, or `unix:/path`, got `http://a:1` at y:3:95"),
    Refused(
      pool("{servers: [{name: x, address: 'a:1'}, {name: x, address: 'a:2'}]}"),
      "second server `x` (the first is at y:3:26) at y:3:53"),
    Refused(
      pool("{servers: [{name: app-2, address: 'a:1'}, {address: 'a:2'}]}"),
      "second server `app-2` (the first is at y:3:26) at y:3:50"),
    Refused(pool("{\(one), balance: least_requests}"), "expected `round_robin`, got `least_requests` at y:3:47"),
    Refused(
      pool("{\(one), balance: round_robbin}"),
      "expected `round_robin`, got `round_robbin` at y:3:47; did you mean `round_robin`?"),
    Refused(
      pool("{\(one), health: {path: healthz}}"),
      "expected an absolute path such as `/healthz`, got `healthz` at y:3:53"),
    Refused(pool("{\(one), health: {rise: 0}}"), "expected a whole number from 1 to 100, got `0` at y:3:53"),
    Refused(pool("{\(one), health: {host: 'a/b'}}"), "expected a host, got `a/b` at y:3:53"),
    Refused(pool("{\(one), timeouts: {conect: 1s}}"), "unknown key `conect` at y:3:49; did you mean `connect`?"),
    Refused(
      pool("{\(one), timeouts: {connect: 0s}}"),
      "expected a duration from 10ms to 1h such as `2s`, got `0s` at y:3:58"),
    Refused(pool("{\(one), tls: {verfy: false}}"), "unknown key `verfy` at y:3:44; did you mean `verify`?"),
    Refused(pool("{\(one), tls: front}"), "expected `true`, `false` or a mapping, got `front` at y:3:43"),
    Refused(pool("{\(one), tls: 'true'}"), "expected `true`, `false` or a mapping, got `true` at y:3:43"),
    Refused(
      pool("{\(one), tls: {verify: false, ca: a.pem}}"),
      "`ca` beside `verify: false`: nothing would be verified against it at y:3:63"),
    Refused(
      pool("{\(one), tls: {name: 'a b', ca: ''}}"),
      "expected a host name such as `app.example.org`, or an IP address, got `a b` at y:3:50",
      "expected a PEM file, got `` at y:3:61"),
    Refused(
      pool("{servers: [{address: 'a:1'}, {address: 'unix:/a'}], tls: true}"),
      "a Unix socket has no name that a certificate could have; give `tls` a `name` at y:3:47"),
    Refused(
      pool("{servers: [\(Array(repeating: "{address: 'a:1'}", count: 65).joined(separator: ", "))]}"),
      "expected at most 64 items in the list, got 65 at y:3:18"),
  ]
}
