import Configuration
import EventLoop
import Glibc
import Testing

@testable import Control

@Suite("A listener that cannot be opened")
struct ListenerErrorTests {
  @Test(
    "is told with its place and what to do now",
    arguments: [
      (
        .tcp(host: "::", port: 443), EADDRINUSE,
        "[::]:443: bind: Address already in use (who does: `ss -ltnp sport = :443`)"
      ),
      (
        .tcp(host: "::", port: 443), EACCES,
        "[::]:443: bind: Permission denied "
          + "(ports below 1024 need root or CAP_NET_BIND_SERVICE; systemd gives it with AmbientCapabilities=)"
      ),
      (.tcp(host: "::", port: 8080), EACCES, "[::]:8080: bind: Permission denied"),
      (.unix(path: "/a/b"), ENOENT, "unix:/a/b: bind: No such file or directory (its folder is missing)"),
    ] as [(Endpoint, Int32, String)])
  func remedy(endpoint: Endpoint, code: Int32, words: String) {
    let error = ListenerError(
      listener: "web", endpoint: endpoint, error: SystemError("bind", code: code), path: [.key("listeners"), .item(0)])
    #expect(error.description == "listener `web` cannot listen on \(words)")
    #expect(error.refusal(at: ConfigurationPlaces(of: "y")).description == "\(error) at y")
  }
}
