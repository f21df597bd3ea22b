import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync

/// Numbers for whoever asks.
extension Driver {
    func figures() throws -> (rows: [[[String]]], leftOut: [String], closedAgain: [String]) {
        let exchange = try exchange()
        let figures = Figures(exchange.stages)
        let told = exchange.stages.filter { !figures.leftOut.contains($0.code) }
        guard !told.isEmpty else {
            throw ControlError(
                .badValue,
                "no stage is closed, and the figures are those that a stage was closed with",
                hint:
                    "`rollcall stage CODE --close`: numbers that still change tell of single people"
            )
        }
        let rows = figures.lines.map { line in
            [[line.stage ?? "all"], [line.direction.rawValue], [line.what.rawValue]]
                + line.cells.map { [$0] }
        }
        let again = try told.filter { try wasClosedOtherwise($0) }.map(\.code)
        return (rows, figures.leftOut, again)
    }

    /// Whether the history has another closing than the one that stands: it may be in somebody's hands.
    private func wasClosedOtherwise(_ stage: Stage) throws -> Bool {
        let now = stage.closings[0].numbers
        for record in stage.records {
            guard let dot = dot(named: record) else { continue }
            for change in try laptop.history(of: dot, store) ?? [] {
                for write in change.writes where write.field == FieldSchema.stageClosed {
                    guard case .text(let text) = laptop.body(of: write, in: change).content,
                        let earlier = StageClosing(text)
                    else { continue }
                    if Figures.differ(earlier, now) { return true }
                }
            }
        }
        return false
    }
}
