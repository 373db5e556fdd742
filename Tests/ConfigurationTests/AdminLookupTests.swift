import Testing

@testable import Configuration

@Suite("Commands find the administration of a configuration that is wrong elsewhere")
struct AdminLookupTests {
  @Test(
    "reads what `admin` says, whatever else is wrong",
    arguments: [
      ("admin: { socket: /run/a.sock }", "/run/a.sock"), ("helth: 1\nadmin: { socket: /run/a.sock }", "/run/a.sock"),
      ("admin: { bind: \"127.0.0.1:1\" }", nil), ("admin: [", nil), ("", nil), ("admin: 1", nil), ("a", nil),
    ] as [(String, String?)])
  func read(text: String, socket: String?) {
    #expect(AdminLookup.read(Array(text.utf8), file: "/etc/y.yaml")?.socket == socket)
  }

  @Test("durations are read as the configuration writes them")
  func duration() {
    #expect(Duration(configured: "5m") == .seconds(300) && Duration(configured: "5") == nil)
  }
}
