public import RollcallCore
public import RollcallTrust

/// One line of the custody log: who did what, where, and when by that laptop's clock.
public struct Custody: Equatable, Sendable {
    public var dot: Dot
    public var act: UInt8
    /// The record that it was about; nil where it was about none, or many.
    public var record: Dot?
    public var operatorDot: Dot?
    /// Milliseconds since 1970; a claim for people.
    public var recordedAt: UInt64
}

/// The custody log: changes of the data lane that say nothing of any record, and so are never merged, replaced or erased.
extension Laptop {
    /// Logs what somebody did.
    @discardableResult
    public mutating func log(
        _ act: CustodyAct, about record: Dot? = nil, by operatorDot: Dot?, _ moment: Moment,
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Dot {
        self.moment = moment
        var draft = Draft(
            kind: ChangeKind.custody, record: record.map { .existing($0) } ?? .new,
            operatorDot: operatorDot)
        draft.custody = CustodyEntry(act)
        return try write([draft], storage, &output)[0]
    }

    /// What a change logs; nil unless it is for the custody log, and is what it should be.
    public func custody(_ change: Change) -> Custody? {
        guard change.kind == ChangeKind.custody, change.saysNothing,
            heads.table[change.dot.replica].lane.branch == .dataBranch,
            let entry = Extras.custody(change)
        else { return nil }
        return Custody(
            dot: change.dot, act: entry.act,
            record: change.record == heads.written(change.dot) ? nil : change.record,
            operatorDot: change.operatorDot, recordedAt: change.recordedAt)
    }

    /// What some changes of a replica log, whether or not the register counts them: who was taken out looked, too.
    public func custody(
        of replica: ReplicaNumber, _ counters: ClosedRange<UInt64>, _ storage: some RegisterStorage
    ) throws -> [Custody] {
        try storage.changes(
            of: replica, from: counters.lowerBound, through: counters.upperBound,
            contentBytesMax: .max
        ).compactMap { custody(try Change(dot: $0.dot, stored: $0.content)) }
    }
}
