/// What somebody closed a stage with: the numbers as they stood, and what the laptop had of each replica when they did.
///
/// A value of the field `stage_closed`. It is in a signed change as any value is, and is never altered: what is written later shows
/// beside it. As text, parts with a blank between them:
///
///     1 FINGERPRINT REPLICA.COUNTER,… DIRECTION.ROW=MILITARY+CIVILIAN+UNRESOLVED=ALL …
///
/// with the fingerprint of the register, of each replica the last change that was here, and of each direction and row with anybody in it
/// how many; `388-390` where it is one of several numbers.
public struct StageClosing: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        public var direction: Direction
        public var row: Tally.Row
        public var military: Count
        public var civilian: Count
        public var unresolved: Count
        public var all: Count
    }

    /// As people see it.
    public var fingerprint: String
    /// By the text of a replica.
    public var heads: [String: UInt64]
    public var lines: [Line]

    static let version = "1"

    public init(fingerprint: String, heads: [String: UInt64], _ tallies: [Tally]) {
        self.fingerprint = fingerprint
        self.heads = heads
        lines = tallies.flatMap { tally in
            Tally.Row.allCases.filter { tally.count($0).most > 0 }.map { row in
                Line(
                    direction: tally.direction, row: row, military: tally.count(row, .military),
                    civilian: tally.count(row, .civilian),
                    unresolved: tally.count(row, .unresolved), all: tally.count(row))
            }
        }
    }

    public var text: String {
        let heads = heads.sorted { $0.key < $1.key }.map { "\($0.key).\($0.value)" }
        return ([Self.version, fingerprint, heads.joined(separator: ",")] + lines.map(\.text))
            .joined(separator: " ")
    }

    /// Nil of what is no such text, or of a later form of it.
    public init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == Self.version else { return nil }
        fingerprint = String(parts[1])
        heads = [:]
        for head in parts[2].split(separator: ",") {
            let both = head.split(separator: ".")
            guard both.count == 2, let counter = UInt64(both[1]) else { return nil }
            heads[String(both[0])] = counter
        }
        lines = []
        for part in parts.dropFirst(3) {
            guard let line = Line(part) else { return nil }
            lines.append(line)
        }
    }

    /// Whether a change was here when the stage was closed.
    func has(replica: String, _ counter: UInt64) -> Bool { counter <= heads[replica] ?? 0 }
}

extension StageClosing.Line {
    fileprivate var text: String {
        let parts = [military, civilian, unresolved].map(Self.text).joined(separator: "+")
        return "\(direction.rawValue).\(row.rawValue)=\(parts)=\(Self.text(all))"
    }

    fileprivate init?(_ text: Substring) {
        let parts = text.split(separator: "=")
        guard parts.count == 3 else { return nil }
        let name = parts[0].split(separator: ".")
        let counts = (parts[1].split(separator: "+") + [parts[2]]).compactMap { Self.count($0) }
        guard name.count == 2, let direction = Direction(rawValue: String(name[0])),
            let row = Tally.Row(rawValue: String(name[1])), counts.count == 4
        else { return nil }
        self.init(
            direction: direction, row: row, military: counts[0], civilian: counts[1],
            unresolved: counts[2], all: counts[3])
    }

    private static func text(_ count: Count) -> String {
        count.least == count.most ? "\(count.most)" : "\(count.least)-\(count.most)"
    }

    private static func count(_ text: Substring) -> Count? {
        let ends = text.split(separator: "-").compactMap { Int($0) }
        switch ends.count {
        case 1: return Count(ends[0])
        case 2: return Count(ends[1], least: ends[0])
        default: return nil
        }
    }
}
