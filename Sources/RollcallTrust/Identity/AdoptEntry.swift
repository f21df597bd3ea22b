public import RollcallCore
import RollcallWire

/// The entry that says of changes in quarantine whether they count nevertheless.
public struct AdoptEntry: Equatable, Sendable {
    public enum Verdict: UInt8, Sendable, CaseIterable {
        case adopt = 1
        case refuse = 2
    }

    /// Changes of one replica, side by side.
    public struct Run: Equatable, Sendable {
        public var replica: ReplicaID
        public var counters: ClosedRange<UInt64>
        /// h of the last: which of two contents was meant, should the replica be forked.
        public var hash: [UInt8]

        public init(replica: ReplicaID, counters: ClosedRange<UInt64>, hash: [UInt8]) {
            self.replica = replica
            self.counters = counters
            self.hash = hash
        }

        func precedes(_ other: Run) -> Bool {
            replica == other.replica
                ? counters.upperBound < other.counters.lowerBound
                : replica.precedes(other.replica)
        }
    }

    public var verdict: Verdict
    public var reason: String
    public private(set) var runs: [Run]

    public init(verdict: Verdict, reason: String, runs: [Run]) {
        self.verdict = verdict
        self.reason = reason
        self.runs = runs.sorted { $0.precedes($1) }
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard let verdict = Verdict(rawValue: try reader.u8("verdict")) else {
            throw FormatError(.outOfLimits, "verdict")
        }
        self.verdict = verdict
        reason = try reader.text("reason", max: Limits.reasonBytesMax)
        runs = []
        for _ in 0..<(try reader.count("runs", max: Limits.adoptedRunsMax, bytesEach: 75)) {
            let run = try Self.run(&reader)
            if let last = runs.last, !last.precedes(run) { throw FormatError(.notSorted, "runs") }
            runs.append(run)
        }
        try reader.finish("adopt")
    }

    private static func run(_ reader: inout ByteReader) throws(FormatError) -> Run {
        let replica = try ReplicaID(from: &reader, "replica", mayBeBranch: true)
        guard replica.lane != .control else { throw FormatError(.badReference, "replica") }
        let first = try reader.varint("from")
        let last = try reader.varint("to")
        guard first >= 1, first <= last, last <= Limits.counterMax else {
            throw FormatError(.badRange, "run")
        }
        return Run(replica: replica, counters: first...last, hash: try reader.raw(32, "hash"))
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.u8(verdict.rawValue)
        writer.text(reason)
        writer.varint(runs.count)
        for run in runs {
            run.replica.encode(to: &writer)
            writer.varint(run.counters.lowerBound)
            writer.varint(run.counters.upperBound)
            writer.raw(run.hash)
        }
        return writer.bytes
    }
}
