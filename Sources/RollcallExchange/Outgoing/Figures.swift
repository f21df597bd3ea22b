/// Numbers for whoever asks, in which nobody can be found.
///
/// A number from 1 to 4 is told as `<5`. Where only one of a line's parts is so small, the others and the sum would tell it: then the
/// next smallest is not told either.
public struct Figures: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        /// Nil: over all stages.
        public var stage: String?
        public var direction: Direction
        public var what: Tally.Row
        /// Military, civilian, unresolved, all.
        public var cells: [String]
    }

    /// The smallest number that is told as it is, besides none at all.
    public static let least = 5
    /// What stands for a number that would tell another.
    public static let hidden = "…"

    /// What was asked for: how many are listed, came, were handed over.
    private static let told: [Tally.Row] = [.listed, .present, .handedOver, .absent, .returned]

    public let lines: [Line]

    public init(_ tallies: [Tally]) {
        let lines = tallies.flatMap { tally in
            Self.told.map { row in
                Line(
                    stage: tally.stage, direction: tally.direction, what: row,
                    cells: Self.parts(Category.allCases.map { tally.count(row, $0) })
                        + [Self.text(tally.count(row))])
            }
        }
        self.lines = lines.map { line in line.stage == nil ? Self.over(line, lines) : line }
    }

    /// A line over all stages, without what would tell a number of one stage that is not told.
    private static func over(_ line: Line, _ lines: [Line]) -> Line {
        var line = line
        let stages = lines.filter {
            $0.stage != nil && $0.direction == line.direction && $0.what == line.what
        }
        for place in line.cells.indices
        where stages.contains(where: { Int($0.cells[place].prefix(while: \.isNumber)) == nil })
            && Int(line.cells[place].prefix(while: \.isNumber)) != nil
        {
            line.cells[place] = hidden
        }
        return line
    }

    static func parts(_ counts: [Count]) -> [String] {
        var texts = counts.map(text)
        let small = counts.indices.filter { isSmall(counts[$0]) }
        let large = counts.indices.filter { counts[$0].most >= least }
        if small.count == 1, let next = large.min(by: { counts[$0].most < counts[$1].most }) {
            texts[next] = hidden
        }
        return texts
    }

    static func text(_ count: Count) -> String {
        if isSmall(count) { return "<\(least)" }
        return count.least == count.most ? "\(count.most)" : "\(max(count.least, 0))-\(count.most)"
    }

    /// Whether somebody could be found by a number, or by the lesser end of a range.
    private static func isSmall(_ count: Count) -> Bool { count.most > 0 && count.least < least }
}
