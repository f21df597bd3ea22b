import Logging
import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// The custody log: who looked, took copies, unlocked and locked, on which laptop.
extension Driver {
    // MARK: - writing

    /// Logs what somebody does here; nothing that they ask for fails because it could not be logged.
    ///
    /// A laptop whose disk is full is still needed to read: what it does then is kept in memory and logged later.
    func log(_ act: CustodyAct, about record: Dot? = nil) {
        // Nobody takes anything any more from a laptop that was taken out.
        guard let membership = laptop.membership, membership.isMember(laptop.node) else { return }
        let now = moment
        do {
            let author = try operatorDot(nil)
            let look = CustodyLog.Repeated(act: act, record: record, operatorDot: author)
            let isLook = act == .view || act == .list
            if isLook, custodyLog.isLogged(look, at: now.now) { return }
            custodyLog.unwritten.append(
                .init(act: act, record: record, operatorDot: author, wallClock: now.wallClock))
            if isLook { custodyLog.noteLogged(look, at: now.now) }
            guard now.now >= custodyLog.triesAgainAt else { return }
            try writeLog()
        } catch {
            custodyLog.triesAgainAt = now.now + CustodyLog.triesAgainAfter
            logger.warning(
                "not put into the custody log yet",
                metadata: ["act": "\(act)", "error": "\(error)"])
        }
    }

    private func writeLog() throws {
        while let next = custodyLog.unwritten.first {
            let moment = Moment(now: moment.now, wallClock: next.wallClock)
            _ = try act { laptop, store, output in
                try laptop.log(
                    next.act, about: next.record, by: next.operatorDot, moment, store, &output)
            }
            custodyLog.unwritten.removeFirst()
        }
    }

    // MARK: - reading

    /// Reads on in slices, so that the laptop goes on with its work in between; false when all was read.
    func readCustodyLog() throws -> Bool { try custodyLog.read(laptop, store) }

    /// The lines that somebody asks for, the newest by their laptops' clocks last.
    func custodyRows(
        record: String?, operatorName: String?, node: String?
    ) throws -> [CustodyRow] {
        try requireRegister()
        let record = try record.map { try self.record($0) }
        let node = try node.map { try anyNode($0) }
        while try readCustodyLog() {}
        let table = laptop.heads.table
        return custodyLog.lines.filter { line in
            (record == nil || line.record == record)
                && (node == nil || table[line.dot.replica].node == node)
                && (operatorName == nil || self.operatorName(line.operatorDot) == operatorName)
        }.sorted { left, right in
            left.recordedAt == right.recordedAt
                ? table.precedes(left.dot, right.dot) : left.recordedAt < right.recordedAt
        }.map(row)
    }

    private func row(_ line: Custody) -> CustodyRow {
        CustodyRow(
            dot: laptop.heads.table.text(line.dot), act: Self.actName(line.act),
            record: line.record.map { laptop.text(ofRecord: $0) },
            operator: operatorName(line.operatorDot),
            node: laptop.heads.table[line.dot.replica].node.text,
            recordedAt: Self.time(line.recordedAt))
    }

    static func actName(_ act: UInt8) -> String {
        CustodyAct(rawValue: act).map { "\($0)" } ?? "act_\(act)"
    }

    /// A laptop that is or was in the register, by its name or any unambiguous start of its id.
    private func anyNode(_ text: String) throws -> NodeID {
        let revoked = laptop.membership?.revoked.values.map(\.member) ?? []
        let found = revoked.filter { $0.name == text || $0.node.text.hasPrefix(text.lowercased()) }
        guard found.count == 1, !text.isEmpty, (try? member(text)) == nil else {
            return try member(text).node
        }
        return found[0].node
    }
}
