// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .strictMemorySafety(), .treatAllWarnings(as: .error), .enableExperimentalFeature("Lifetimes"),
]

/// A room of the house, with the rooms that it may import (`HouseTests` holds sources to the same table).
func room(_ name: String, imports: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: imports, swiftSettings: strict)
}

func tests(of name: String, imports: [Target.Dependency] = []) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: [.byName(name: name)] + imports, swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
  name: "yett",
  products: [.executable(name: "yett", targets: ["yett"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    .target(name: "CLinux", cSettings: [.define("_GNU_SOURCE")]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CNghttp2", pkgConfig: "libnghttp2", providers: [.apt(["libnghttp2-dev"])]),
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CCares", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),

    room("Time", imports: ["CLinux"]),
    room("Bytes"),
    room("EventLoop", imports: ["CLinux", "Time", "Bytes"]),
    room("HTTP", imports: ["Time", "Bytes", "CNghttp2"]),
    room("TLS", imports: ["EventLoop", "COpenSSL"]),
    room("Configuration", imports: ["CYAML"]),
    room("Routing", imports: ["HTTP", "Configuration"]),
    room("Cache", imports: ["HTTP"]),
    room("Upstream", imports: ["EventLoop", "HTTP", "TLS", "Configuration", "CCares"]),
    room("Telemetry", imports: ["Time", "Bytes", "Configuration"]),
    room("Proxy", imports: ["EventLoop", "HTTP", "TLS", "Routing", "Cache", "Upstream", "Telemetry"]),
    room("Control", imports: ["Proxy", logging]),
    room("Demo", imports: ["Control"]),
    .executableTarget(name: "yett", dependencies: ["Demo", argumentParser, logging], swiftSettings: strict),

    tests(of: "Time"),
    tests(of: "Bytes"),
    tests(of: "EventLoop"),
    tests(of: "HTTP", imports: ["CNghttp2"]),
    tests(of: "TLS"),
    tests(of: "Configuration", imports: ["Bytes"]),
    tests(of: "Routing"),
    tests(of: "Cache"),
    tests(of: "Upstream"),
    tests(of: "Telemetry"),
    tests(of: "Proxy"),
    tests(of: "Control"),
    tests(of: "Demo"),
    .testTarget(name: "EndToEndTests", dependencies: ["yett", "CNghttp2"], swiftSettings: strict),
    .testTarget(name: "HouseTests", swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
