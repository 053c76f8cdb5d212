/// Columns of text, aligned as crictl's: at least 20 wide, three spaces apart, the last one ragged.
struct Table {
  private var rows: [[String]]
  private let minimumWidth: Int

  init(_ header: [String], minimumWidth: Int = 20) {
    rows = [header]
    self.minimumWidth = minimumWidth
  }

  /// Adds a row; its texts are sanitised.
  mutating func add(_ row: [String]) { rows.append(row.map(\.sanitised)) }

  /// The table's lines.
  var text: String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      max(minimumWidth, 3 + (rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0))
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }
      return cells.joined() + "\n"
    }.joined()
  }
}
