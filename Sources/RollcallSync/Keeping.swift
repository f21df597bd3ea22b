public import RollcallCore
public import RollcallTrust
import RollcallWire

/// What is to be kept and for how long: the end of the register, and what must not be erased before or after.
///
/// Nothing here destroys anything, and merging never looks at it: it is for people, and for the command that erases.
public struct Keeping: Equatable, Sendable {
    /// An entry that decides: no other that counts was written by somebody who knew it.
    public struct Deciding: Equatable, Sendable {
        public var entry: Dot
        public var author: NodeID
        public var reason: String
    }

    /// Who said which last day, in canonical order of causes; nil is none.
    public private(set) var ends: [(day: UInt64?, by: Deciding)] = []
    /// Holds on the register as a whole.
    public private(set) var onAll: [Deciding] = []
    public private(set) var onRecords: [EraseEntry.Name: [Deciding]] = [:]

    init() {}

    /// - Parameter counting: The entries of retention and of holds that count, causes before effects.
    init(retentions: [ControlHistory.Judged], holds: [ControlHistory.Judged]) {
        ends = LatestEntries.of(retentions).compactMap { judged in
            guard case .retention(let entry) = judged.entry.act else { return nil }
            return (entry.endDay, Self.deciding(judged, entry.reason))
        }
        var about: [EraseEntry.Name: [ControlHistory.Judged]] = [:]
        var aboutAll: [ControlHistory.Judged] = []
        for judged in holds {
            guard case .hold(let entry) = judged.entry.act else { continue }
            if entry.records.isEmpty { aboutAll.append(judged) }
            for record in entry.records { about[record, default: []].append(judged) }
        }
        onAll = Self.standing(aboutAll)
        for (record, entries) in about {
            let standing = Self.standing(entries)
            if !standing.isEmpty { onRecords[record] = standing }
        }
    }

    /// The latest of the days that decide holds: what two said at once loses nothing.
    public var endDay: UInt64? {
        guard !ends.isEmpty, !ends.contains(where: { $0.day == nil }) else { return nil }
        return ends.compactMap(\.day).max()
    }

    /// Those of the entries that decide which hold; one is enough, whatever others lift at the same time.
    private static func standing(_ about: [ControlHistory.Judged]) -> [Deciding] {
        let holds: [Deciding?] = LatestEntries.of(about).map { judged in
            guard case .hold(let entry) = judged.entry.act, entry.verdict == .hold else {
                return nil
            }
            return deciding(judged, entry.reason)
        }
        if isPlanted(.liftedUnseen), holds.contains(where: { $0 == nil }) { return [] }
        return holds.compactMap { $0 }
    }

    private static func deciding(_ judged: ControlHistory.Judged, _ reason: String) -> Deciding {
        Deciding(entry: judged.entry.dot, author: judged.entry.author, reason: reason)
    }

    public static func == (left: Keeping, right: Keeping) -> Bool {
        left.onAll == right.onAll && left.onRecords == right.onRecords
            && left.ends.map(\.day) == right.ends.map(\.day)
            && left.ends.map(\.by) == right.ends.map(\.by)
    }
}

extension Laptop {
    // MARK: - what people ask

    public var keeping: Keeping { membership?.keeping ?? Keeping() }

    /// The holds that stand on a record: its own, and those on the register as a whole.
    public func holds(on record: Dot) -> [Keeping.Deciding] {
        keeping.onAll + (keeping.onRecords[name(record)] ?? [])
    }

    /// The records that are under a hold of their own and are known here, in the order of their dots' raw values.
    public var recordsUnderHold: [Dot] {
        keeping.onRecords.keys.compactMap { name in
            heads.table.number(of: name.replica).map { Dot($0, name.counter) }
        }.sorted { $0.rawValue < $1.rawValue }
    }

    // MARK: - what people decide

    /// Says until when the register is kept; nil: without an end.
    @discardableResult
    public mutating func setEnd(
        day: UInt64?, reason: String, _ moment: Moment, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.isAdministrator(node) else { throw LaptopError.notAllowed }
        let entry = RetentionEntry(endDay: day, reason: reason)
        return try writeControl(ChangeKind.retention, entry.encoded(), storage, &output)
    }

    /// Puts records, or with none the register as a whole, under a hold, or lifts the holds that are known here.
    @discardableResult
    public mutating func hold(
        _ records: [Dot], _ verdict: HoldEntry.Verdict, reason: String, _ moment: Moment,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        guard let membership else { throw LaptopError.noRegister }
        guard membership.isAdministrator(node) else { throw LaptopError.notAllowed }
        let names = Set(records.map(name))
        if verdict == .lift {
            let isNoneMissing =
                names.isEmpty
                ? !keeping.onAll.isEmpty : names.allSatisfy { keeping.onRecords[$0] != nil }
            guard isNoneMissing else { throw LaptopError.noHold }
        }
        let entry = HoldEntry(verdict: verdict, reason: reason, records: Array(names)).encoded()
        guard entry.count < Limits.bodyBytesMax else { throw LaptopError.changeTooLong }
        return try writeControl(ChangeKind.hold, entry, storage, &output)
    }
}
