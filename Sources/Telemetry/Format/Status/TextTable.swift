/// Columns for people on a terminal: as wide as their widest cell, two spaces apart, numbers to the right.
public struct TextTable: Sendable {
  public enum Alignment: Sendable { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  private var rows: [[String]] = []

  public init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

  public var isEmpty: Bool { rows.isEmpty }

  /// Missing cells are empty; cells beyond the last column are dropped.
  public mutating func add(_ cells: [String]) {
    rows.append(columns.indices.map { $0 < cells.count ? Self.harmless(cells[$0]) : "" })
  }

  /// The title line and the rows, each with its line feed.
  public func text() -> String {
    var widths = columns.map(\.title.count)
    for row in rows {
      for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.count) }
    }
    return ([columns.map(\.title)] + rows).map { row in
      var line = ""
      for (index, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[index] - cell.count)
        line += columns[index].alignment == .right ? padding + cell : cell + padding
        if index < row.count - 1 { line += "  " }
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// Controls become `?`: a name must not steer the terminal.
  private static func harmless(_ cell: String) -> String {
    String(String.UnicodeScalarView(cell.unicodeScalars.map { $0.value < 0x20 || 0x7F...0x9F ~= $0.value ? "?" : $0 }))
  }
}
