public import RollcallCore
import RollcallWire

/// The entry that keeps records from being erased, or lets them be erased again.
public struct HoldEntry: Equatable, Sendable {
    public enum Verdict: UInt8, Sendable, CaseIterable {
        case hold = 1
        case lift = 2
    }

    public var verdict: Verdict
    public var reason: String
    /// None: the register as a whole, and what is yet to come into it.
    public private(set) var records: [EraseEntry.Name]

    public init(verdict: Verdict, reason: String, records: [EraseEntry.Name]) {
        self.verdict = verdict
        self.reason = reason
        self.records = records.sorted { $0.precedes($1) }
    }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        guard let verdict = Verdict(rawValue: try reader.u8("verdict")) else {
            throw FormatError(.outOfLimits, "verdict")
        }
        self.verdict = verdict
        reason = try reader.text("reason", max: Limits.reasonBytesMax)
        let replicas = try EraseEntry.replicas(from: &reader, min: 0)
        records = []
        for _ in 0..<(try reader.count("records", bytesEach: 2)) {
            let record = try EraseEntry.name(from: &reader, replicas)
            if let last = records.last, !last.precedes(record) {
                throw FormatError(.notSorted, "records")
            }
            records.append(record)
        }
        try reader.finish("hold")
    }

    public func encoded() -> [UInt8] {
        let replicas = Set(records.map(\.replica)).sorted { $0.precedes($1) }
        let index = Dictionary(uniqueKeysWithValues: zip(replicas, UInt64(0)...))
        var writer = ByteWriter()
        writer.u8(verdict.rawValue)
        writer.text(reason)
        writer.varint(replicas.count)
        for replica in replicas { replica.encode(to: &writer) }
        writer.varint(records.count)
        for record in records {
            writer.varint(index[record.replica] ?? 0)
            writer.varint(record.counter)
        }
        return writer.bytes
    }
}
