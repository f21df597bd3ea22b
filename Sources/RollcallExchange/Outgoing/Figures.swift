/// Numbers for whoever asks, in which nobody can be found.
///
/// They are those that a stage was closed with, and no others: two files that are made of numbers as they stand, an hour apart, tell by
/// their difference what became of one person. What is closed stays as it is, whenever it is told.
///
/// A number from 1 to 4 is told as `<5`. Where only one of a line's parts is so small, the others and the sum would tell it: then the
/// next smallest is not told either.
public struct Figures: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        /// Nil: over all that are told, each added up; who was there at two counts twice.
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
    /// Stages that are not told: open ones, and those that were closed with unlike numbers.
    public let leftOut: [String]

    public init(_ stages: [Stage]) {
        let told = stages.filter(\.hasOneClosing)
        leftOut = stages.filter { !$0.hasOneClosing }.map(\.code)
        let places: [(code: String?, closings: [StageClosing])] =
            told.map { ($0.code, [$0.closings[0].numbers]) }
            + [(nil, told.map(\.closings[0].numbers))]
        let lines = places.flatMap { code, closings in
            Direction.allCases.flatMap { direction in
                Self.told.map { Self.line(code, direction, $0, closings) }
            }
        }
        self.lines = lines.map { line in line.stage == nil ? Self.over(line, lines) : line }
    }

    private static func line(
        _ stage: String?, _ direction: Direction, _ row: Tally.Row, _ closings: [StageClosing]
    ) -> Line {
        let found = closings.flatMap(\.lines).filter {
            $0.direction == direction && $0.row == row
        }
        func sum(_ count: (StageClosing.Line) -> Count) -> Count {
            found.map(count).reduce(Count(0)) {
                Count($0.most + $1.most, least: $0.least + $1.least)
            }
        }
        return Line(
            stage: stage, direction: direction, what: row,
            cells: parts([sum(\.military), sum(\.civilian), sum(\.unresolved)])
                + [text(sum(\.all))])
    }

    /// Whether two closings of one stage tell whoever has both something else.
    public static func differ(_ one: StageClosing, _ other: StageClosing) -> Bool {
        func lines(_ closing: StageClosing) -> [StageClosing.Line] {
            closing.lines.filter { told.contains($0.row) }
        }
        return lines(one) != lines(other)
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

extension Stage {
    fileprivate var hasOneClosing: Bool {
        guard let first = closings.first else { return false }
        return closings.allSatisfy { $0.numbers.lines == first.numbers.lines }
    }
}
