import Configuration
import Control
import EventLoop
import Glibc
import TLS
import Time

/// The whole product in one process: sample origins, Yett before them, some visitors, and a screen that says how each
/// route keeps its target. Needs nothing but two free ports.
public struct Demo {
  /// What its user may say.
  public struct Options: Equatable, Sendable {
    /// Of HTTPS; 0 lets the system choose.
    public var port: UInt16
    /// After which it ends by itself, 1 or more; `nil` is never.
    public var seconds: Int?
    /// Whether it asks itself for something now and then.
    public var hasTraffic: Bool

    public init(port: UInt16 = 8443, seconds: Int? = nil, hasTraffic: Bool = true) {
      (self.port, self.seconds, self.hasTraffic) = (port, seconds, hasTraffic)
    }
  }

  private static let redirectPort: UInt16 = 8080
  private static let loopback = "127.0.0.1"
  /// How far back the screen looks.
  private static let window = Nanoseconds.seconds(10)

  private let options: Options
  private let news = DemoNews()

  public init(_ options: Options) { self.options = options }

  /// Runs until ^C, or until its time is over. Call before any other thread is started.
  public func run() throws(DemoError) {
    let style = Self.style
    try checkPort()
    let mayRedirect = options.port != 0 && options.port != Self.redirectPort && isFree(Self.redirectPort)
    let redirectPort = mayRedirect ? Self.redirectPort : nil
    let adminSocket = Self.adminSocket
    let origins = try openOrigins()
    let service: Service
    do throws(ServiceError) {
      service = try Service(
        source: try source(for: origins, redirectPort: redirectPort, adminSocket: adminSocket), logger: news.logger)
    } catch {
      throw .service(error)
    }
    do throws(SystemError) {
      let places = places(of: service, redirectPort: redirectPort, adminSocket: adminSocket)
      try play(service, origins, on: DemoScreen(places: places, style: style))
    } catch {
      throw .system(error)
    }
  }

  // MARK: Before anything runs

  /// Yett binds with `SO_REUSEPORT`, which a second demo would share with the first: asked without it.
  private func checkPort() throws(DemoError) {
    do throws(SystemError) {
      _ = try ListeningSocket(bind: try loopback(options.port), shared: false)
    } catch {
      throw error.code == EADDRINUSE ? .portTaken(options.port) : .portRefused(options.port, error)
    }
  }

  private func isFree(_ port: UInt16) -> Bool {
    do throws(SystemError) {
      _ = try ListeningSocket(bind: try loopback(port), shared: false)
      return true
    } catch {
      return false
    }
  }

  private func loopback(_ port: UInt16) throws(SystemError) -> Address {
    guard let address = Address(host: Self.loopback, port: port) else { throw SystemError("bind", code: EINVAL) }
    return address
  }

  private typealias OpenOrigin = (origin: SampleSite.Origin, socket: ListeningSocket)

  private func openOrigins() throws(DemoError) -> [OpenOrigin] {
    var origins: [OpenOrigin] = []
    do throws(SystemError) {
      for origin in SampleSite.Origin.allCases {
        origins.append((origin, try ListeningSocket(bind: try loopback(0), shared: false)))
      }
    } catch {
      throw .system(error)
    }
    return origins
  }

  private func source(
    for origins: [OpenOrigin], redirectPort: UInt16?, adminSocket: String?
  ) throws(ServiceError) -> ConfigurationSource {
    func place(of origin: SampleSite.Origin) -> String {
      origins.first { $0.origin == origin }.map { "\($0.socket.address)" } ?? ""
    }
    let file = DemoConfiguration(
      port: options.port, redirectPort: redirectPort,
      origins: DemoConfiguration.Origins(
        pages: place(of: .pages), search: place(of: .search), firstAPI: place(of: .firstAPI),
        secondAPI: place(of: .secondAPI)), adminSocket: adminSocket)
    let configuration: Configuration
    do throws(ConfigurationError) { configuration = try file.decode() } catch { throw .configuration(error) }
    do throws(CertificateError) {
      let made = try SelfSignedCertificate.make()
      let certificate = try Certificate(
        chainPEM: made.chainPEM, from: "the demo's certificate", keyPEM: made.keyPEM, from: "its key")
      let set = try CertificateSet([certificate], of: "the demo")
      return .value(configuration, certificates: [DemoConfiguration.profile: set])
    } catch {
      throw .certificates("\(error)")
    }
  }

  // MARK: Running

  private func play(_ service: Service, _ origins: [OpenOrigin], on screen: DemoScreen) throws(SystemError) {
    let seed = UInt64.random(in: 0 ... .max)
    let news = self.news
    let (originsStop, trafficStop) = (try Mailbox<DemoStop>(limit: 1), try Mailbox<DemoStop>(limit: 1))
    let reports = try Mailbox<DemoDisplay.Event>(limit: 4)
    var threads = Threads()
    try threads.start(name: "yett-origins") {
      do throws(SystemError) {
        try SampleOrigins(origins, stop: originsStop, news: news, seed: seed).run()
      } catch {
        news.add("the sample origins cannot start: \(error)")
      }
    }
    if options.hasTraffic, let inside = address(of: DemoConfiguration.inside, in: service) {
      try threads.start(name: "yett-visitors") {
        do throws(SystemError) {
          try DemoTraffic(to: inside, host: "localhost", stop: trafficStop, seed: seed).run()
        } catch {
          news.add("the visitors cannot start: \(error)")
        }
      }
    }
    try threads.start(name: "yett-screen") {
      // Without it there is nothing to see, and the rest goes on.
      try? DemoDisplay(screen, news: news, mailbox: reports).run()
    }
    tick(service, reports)
    do throws(ServiceError) { try service.run() } catch { news.add("\(error)") }
    trafficStop.post(DemoStop())
    originsStop.post(DemoStop())
    reports.post(.stop)
    threads.join()
  }

  /// A report a second; at the end of its time, the same end as ^C.
  private func tick(_ service: Service, _ reports: Mailbox<DemoDisplay.Event>) {
    var left = options.seconds
    service.every(.seconds(1), since: Self.window) { report in
      // A display that is behind misses one.
      reports.post(.report(report))
      guard let seconds = left else { return }
      left = seconds - 1
      if seconds == 1 { kill(getpid(), SIGTERM) }
    }
  }

  private func address(of listener: String, in service: Service) -> Address? {
    service.listeners.first { $0.name == listener }?.address
  }

  private func places(
    of service: Service, redirectPort: UInt16?, adminSocket: String?
  ) -> DemoScreen.Places {
    let port = address(of: DemoConfiguration.outside, in: service)?.port ?? options.port
    let redirect: DemoScreen.Places.Redirect
    if let redirectPort {
      redirect = .from("localhost:\(redirectPort)")
    } else {
      redirect = [0, Self.redirectPort].contains(options.port) ? .none : .taken(Self.redirectPort)
    }
    return DemoScreen.Places(
      secure: "localhost:\(port)", redirect: redirect, hasTraffic: options.hasTraffic, adminSocket: adminSocket)
  }

  private static var style: DemoScreen.Style {
    guard isatty(STDOUT_FILENO) == 1, let terminal = ProcessFacts.environment("TERM"), terminal != "dumb" else {
      return .plain
    }
    // https://no-color.org
    return .terminal(colours: ProcessFacts.environment("NO_COLOR") == nil)
  }

  /// Beside the default one, which belongs to a Yett that serves the public on this machine.
  private static var adminSocket: String? {
    guard let path = AdminSocket.defaultPath, let slash = path.lastIndex(of: "/") else { return nil }
    AdminSocket.makeFolder()
    let own = "\(path[...slash])demo-\(getpid()).sock"
    do throws(SystemError) {
      _ = try ListeningSocket(bind: .unix(path: own), shared: false)
    } catch {
      return nil
    }
    return own.contains { "\"\\".contains($0) } ? nil : own
  }
}

/// Why the demo does not start.
public enum DemoError: Error, CustomStringConvertible {
  case portTaken(UInt16)
  case portRefused(UInt16, SystemError)
  case service(ServiceError)
  case system(SystemError)

  public var description: String {
    switch self {
    case .portTaken(let port):
      "port \(port) is taken by another programme; choose another one: yett demo --port \(port == 9443 ? 9444 : 9443)"
    case .portRefused(let port, let error):
      "port \(port) cannot be used (\(error)); choose another one: yett demo --port 9443"
    case .service(let error): "\(error)"
    case .system(let error): "\(error)"
    }
  }
}
