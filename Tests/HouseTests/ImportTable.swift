import Foundation

/// The README's table of rooms and of what each may import; a room may also import what its imports may.
enum ImportTable {
  static let rooms: [String: Set<String>] = [
    "Time": ["CLinux"],
    "Bytes": [],
    "EventLoop": ["CLinux", "Time", "Bytes"],
    "HTTP": ["Time", "Bytes", "CNghttp2"],
    "TLS": ["EventLoop", "COpenSSL"],
    "Configuration": ["CYAML"],
    "Routing": ["HTTP", "Configuration"],
    "Cache": ["HTTP"],
    "Upstream": ["EventLoop", "HTTP", "TLS", "Configuration", "CCares"],
    "Telemetry": ["Time", "Bytes", "Configuration"],
    "Proxy": ["EventLoop", "HTTP", "TLS", "Routing", "Cache", "Upstream", "Telemetry"],
    "Control": ["Proxy", "Logging"],
    "Demo": ["Control"],
    "yett": ["Demo", "ArgumentParser", "Logging"],
  ]

  /// What the platform gives, for every room.
  static let platform: Set<String> = ["Glibc", "Synchronization", "Swift", "_Volatile"]
  /// Rooms that decide with values: they meet no system call.
  static let pure: Set<String> = ["HTTP", "Routing", "Cache"]
  /// Rooms off the hit path that may use the small Foundation.
  static let essentials: Set<String> = ["Configuration", "Control", "yett"]

  /// The same, read from the rows of a README: name, what it is for, imports.
  static func rooms(ofREADME text: String) -> [String: Set<String>] {
    let rows = text.split(separator: "\n").drop { $0 != "| room | is responsible for | imports |" }.dropFirst(2)
    return rows.prefix { $0.hasPrefix("|") }.reduce(into: [:]) { table, row in
      let cells = row.split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count == 5 else { return }
      let names = { (cell: Substring) in cell.matches(of: #/`(\w+)`/#).map { String($0.output.1) } }
      for room in names(cells[1]) { table[room] = Set(names(cells[3])) }
    }
  }

  /// Everything that `room` may import.
  static func allowed(for room: String) -> Set<String> {
    var (reached, next) = (Set<String>(), [room])
    while let name = next.popLast() {
      for imported in rooms[name] ?? [] where reached.insert(imported).inserted { next.append(imported) }
    }
    reached.formUnion(platform)
    if pure.contains(room) { reached.remove("Glibc") }
    if essentials.contains(room) { reached.insert("FoundationEssentials") }
    return reached
  }

  static func findings(in file: SourceFile) -> [Finding] {
    guard let room = file.room else { return [] }
    guard rooms[room] != nil else {
      return [
        Finding(path: file.path, line: 1, remedy: "`\(room)` is no room of the design's table; add it or move the file")
      ]
    }
    let allowed = allowed(for: room)
    return file.code.enumerated().compactMap { index, line in
      guard let module = module(importedBy: line), !allowed.contains(module) else { return nil }
      return Finding(
        path: file.path, line: index + 1,
        remedy: "`\(room)` may not import `\(module)`; find the better home, or change the table and say why")
    }
  }

  /// The `Glibc` of `public import struct Glibc.stat`.
  static func module(importedBy line: String) -> String? {
    guard line.contains("import") else { return nil }
    let pattern =
      #/
        ^\s*(@\S+\s+)*((public|internal|private|fileprivate|package)\s+)?import\s+
        ((struct|class|enum|protocol|func|var|let|typealias)\s+)?(?<module>\w+)
      /#
    guard let match = line.firstMatch(of: pattern) else { return nil }
    return String(match.output.module)
  }
}
