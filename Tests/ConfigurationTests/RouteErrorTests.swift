import Testing

@testable import Configuration

private func route(_ route: String) -> String { configuration(route: route) }

@Suite("Each error has its place: routes and sites")
struct RouteErrorTests {
  @Test("routes and their actions", arguments: routes)
  func routesRefused(refused: Refused) {
    #expect(complaints(refused.text) == refused.complaints)
  }

  static let routes: [Refused] = [
    Refused(
      configuration().replacing("hosts: ['*']", with: "hosts: ['*']\n    hsts: {max_age: 1y, preload: true}"),
      "expected a duration from 0s to 3650d such as `2s`, got `1y` at y:7:21",
      "`preload` wants `include_subdomains: true` and a `max_age` of 365d at least at y:7:34"),
    Refused(
      configuration().replacing("hosts: ['*']", with: "hosts: ['*']\n    hsts: on"),
      "expected a duration from 0s to 3650d such as `2s`, got `on` at y:7:11"),
    Refused(route("{name: all, path: /, pool: ap}"), "no pool `ap` at y:8:36; did you mean `app`?"),
    Refused(
      route("{name: all, path: /}"),
      "a route without an action; give it one of `pool`, `redirect` and `respond` at y:8:9"),
    Refused(
      route("{name: all, path: /, pool: app, respond: {}}"),
      "a route with more than one action: `pool` and `respond` at y:8:9"),
    Refused(route("{name: all, pool: app}"), "missing key `path` of a route at y:8:9"),
    Refused(route("{path: /, pool: app}"), "missing key `name` of a route at y:8:9"),
    Refused(
      route("{name: all, path: search, pool: app}"),
      "expected an absolute path such as `/search`, percent-encoded, without query and dot segments, got `search` at y:8:27; did you mean `/search`?"
    ),
    Refused(
      route("{name: all, path: /a/../b, pool: app}"),
      "expected an absolute path such as `/search`, percent-encoded, without query and dot segments, got `/a/../b` at y:8:27"
    ),
    Refused(
      route("{name: all, path: /a/%2e%2E;x/b, pool: app}"),
      "expected an absolute path such as `/search`, percent-encoded, without query and dot segments, got `/a/%2e%2E;x/b` at y:8:27"
    ),
    Refused(
      route("{name: all, path: /a%2f.%5cb, pool: app}"),
      "expected an absolute path such as `/search`, percent-encoded, without query and dot segments, got `/a%2f.%5cb` at y:8:27"
    ),
    Refused(
      route("{name: all, path: /%0, pool: app}"),
      "expected an absolute path such as `/search`, percent-encoded, without query and dot segments, got `/%0` at y:8:27"
    ),
    Refused(
      route("{name: all, path: /%00, pool: app}"),
      "expected an absolute path such as `/search`, percent-encoded, without query and dot segments, got `/%00` at y:8:27"
    ),
    Refused(
      route("{name: all, path: '/a?b', pool: app}"),
      "expected an absolute path such as `/search`, percent-encoded, without query and dot segments, got `/a?b` at y:8:27"
    ),
    Refused(
      route("{name: all, path: /é, pool: app}"),
      "expected an absolute path such as `/search`, percent-encoded, without query and dot segments, got `/é` at y:8:27"
    ),
    Refused(
      route("{name: all, path: /, methods: [get], pool: app}"),
      "expected one of GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, got `get` at y:8:40; did you mean `GET`?"),
    Refused(
      route("{name: all, path: /, methods: [], pool: app}"),
      "expected 1 or more items in the list, got none at y:8:39"),
    Refused(route("{name: all, path: /, methods: [GET, GET], pool: app}"), "a method named twice at y:8:39"),
    Refused(route("{name: all, path: /, methods: GET, pool: app}"), "expected a list, got `GET` at y:8:39"),
    Refused(
      route("{name: all, path: /, methods: [TRACE], pool: app}"),
      "expected one of GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH, got `TRACE` at y:8:40"),
    Refused(
      route("{name: all, path: /, redirect: {to: //evil}}"),
      "expected an absolute URL or an absolute path, percent-encoded, got `//evil` at y:8:45"),
    Refused(
      route("{name: all, path: /, redirect: {to: 'https:/x'}}"),
      "expected an absolute URL or an absolute path, percent-encoded, got `https:/x` at y:8:45"),
    Refused(
      route("{name: all, path: /, redirect: {to: /x, status: 300}}"),
      "expected one of 301, 302, 303, 307 and 308, got `300` at y:8:57"),
    Refused(route("{name: all, path: /, redirect: {status: 301}}"), "missing key `to` of a redirect at y:8:40"),
    Refused(
      route("{name: all, path: /, redirect: {to: \"/a\\r\\nb\"}}"),
      #"expected an absolute URL or an absolute path, percent-encoded, got `/a\u{d}\u{a}b` at y:8:45"#),
    Refused(route("{name: all, path: /, redirect: /x}"), "expected a redirect (a mapping), got `/x` at y:8:40"),
    Refused(
      route("{name: all, path: /, respond: {status: 204, body: x}}"),
      "a body with status 204, which has none at y:8:59"),
    Refused(
      route("{name: all, path: /, respond: {status: 199}}"),
      "expected a whole number from 200 to 599, got `199` at y:8:48"),
    Refused(
      route("{name: all, path: /, respond: {content_type: \"a/b\\nX: y\"}}"),
      #"expected a media type such as `text/html; charset=utf-8`, got `a/b\u{a}X: y` at y:8:54"#),
    Refused(
      route("{name: all, path: /, respond: {}, cache: off}"),
      "`cache` on a route without a `pool`: there is nothing to store at y:8:50"),
    Refused(
      route("{name: all, path: /, pool: app, cache: maybe}"),
      "expected `on`, `off` or a mapping, got `maybe` at y:8:48"),
    Refused(
      route("{name: all, path: /, pool: app, cache: {default_tll: 5m}}"),
      "unknown key `default_tll` at y:8:49; did you mean `default_ttl`?"),
    Refused(
      route("{name: all, path: /, pool: app, cache: {stale_while_revalidate: 5m}}"),
      "unknown key `stale_while_revalidate` (a route's cache has default_ttl, set_cookie) at y:8:49"),
    Refused(
      route("{name: all, path: /, pool: app, cache: {set_cookie: keep}}"),
      "expected one of ignore, store, got `keep` at y:8:61"),
    Refused(
      route("{name: all, path: /, pool: app, body_limit: 2TiB}"),
      "expected a size from 0 to 1TiB such as `64KiB`, got `2TiB` at y:8:53"),
    Refused(route("{name: all, path: /, pool: app, target: {}}"), "missing key `latency` of a target at y:8:49"),
    Refused(
      route("{name: all, path: /, pool: app, target: {latency: 300, percentile: 100, availability: 99.99999%}}"),
      "expected a duration from 1ms to 1h such as `2s`, got `300` at y:8:59; did you mean `300s`?",
      "expected a percentage from 50 to 99.999 such as `99.9%`, got `100` at y:8:76",
      "expected a percentage from 50 to 99.9999 such as `99.9%`, got `99.99999%` at y:8:95"),
    Refused(
      route("{name: all, path: /, pool: app, target: {latency: 300ms, measure: firstbyte}}"),
      "expected one of first_byte, total, got `firstbyte` at y:8:75; did you mean `first_byte`?"),
  ]

  @Test("sites, hosts and routes beside each other", arguments: sites)
  func sitesRefused(refused: Refused) {
    #expect(complaints(refused.text) == refused.complaints)
  }

  static let sites: [Refused] = [
    Refused(
      configuration(route: "{name: a, path: /x, pool: app}\n      - {name: b, path: '/%78', pool: app}"),
      "unreachable route `b`: `/x` goes to `a` already at y:9:25"),
    Refused(
      configuration(
        route:
          "{name: a, path: /x, methods: [GET, POST], pool: app}\n      - {name: b, path: /x, pool: app}\n      - {name: c, path: /x, methods: [POST], pool: app}"
      ),
      "unreachable route `c`: POST of `/x` goes to `a` already at y:10:25"),
    Refused(
      configuration(route: "{name: a, path: /x, pool: app}\n      - {name: a, path: /y, pool: app}"),
      "second route `a` (the first is at y:8:16) at y:9:16"),
    Refused(
      configuration(other: "  - {name: site, hosts: [b], routes: [{name: a, path: /, pool: app}]}"),
      "second site `site` (the first is at y:5:11) at y:9:12"),
    Refused(
      configuration(other: "  - {name: two, hosts: ['*'], routes: [{name: a, path: /, pool: app}]}"),
      "second host `*` (the first is at y:6:13) at y:9:25"),
    Refused(
      configuration(
        other: "  - {name: two, hosts: [WWW.a.scot., www.a.scot], routes: [{name: a, path: /, pool: app}]}"),
      "second host `www.a.scot` (the first is at y:9:25) at y:9:38"),
    Refused(
      configuration(
        other:
          "  - {name: two, hosts: ['https://www.a.scot/', 'a.scot:8443', 'a..b', '*.1.2.3.4', 'a*.b', '*.*.b', 1.2.3, '[::1'], routes: [{name: a, path: /, pool: app}]}"
      ),
      #"expected a host such as `www.mygov.scot`, `"*.mygov.scot"` or `"*"`, without a port, got `https://www.a.scot/` at y:9:25; did you mean `www.a.scot`?"#,
      #"expected a host such as `www.mygov.scot`, `"*.mygov.scot"` or `"*"`, without a port, got `a.scot:8443` at y:9:48; did you mean `a.scot`?"#,
      #"expected a host such as `www.mygov.scot`, `"*.mygov.scot"` or `"*"`, without a port, got `a..b` at y:9:63"#,
      #"expected a host such as `www.mygov.scot`, `"*.mygov.scot"` or `"*"`, without a port, got `*.1.2.3.4` at y:9:71"#,
      #"expected a host such as `www.mygov.scot`, `"*.mygov.scot"` or `"*"`, without a port, got `a*.b` at y:9:84"#,
      #"expected a host such as `www.mygov.scot`, `"*.mygov.scot"` or `"*"`, without a port, got `*.*.b` at y:9:92"#,
      #"expected a host such as `www.mygov.scot`, `"*.mygov.scot"` or `"*"`, without a port, got `1.2.3` at y:9:101"#,
      #"expected a host such as `www.mygov.scot`, `"*.mygov.scot"` or `"*"`, without a port, got `[::1` at y:9:108"#),
    Refused(
      configuration(other: "  - {name: two, hosts: [], routes: []}"),
      "expected 1 or more items in the list, got none at y:9:24",
      "expected 1 or more items in the list, got none at y:9:36"),
  ]
}
