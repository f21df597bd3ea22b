import GRDB
public import RollcallCore

/// What a store does for those who seal what it is given; it holds no key that opens anything.
extension RegisterStore: SealableDisk {
    public func keys() throws(StoreError) -> [(name: KeyName, wrapped: [UInt8])] {
        try read(SQL.keys) { row in
            var keys: [(name: KeyName, wrapped: [UInt8])] = []
            while try row.nextSound() {
                let name = KeyName(rawValue: UInt64(bitPattern: row.integer(0)))
                keys.append((name, row.blob(1)))
            }
            return keys
        }
    }

    public func rewriteUnderEpoch(_ body: (EpochRow, [UInt8]) throws -> [UInt8]) throws {
        try apply(try keys().map { .key($0.name, try body(.key($0.name), $0.wrapped)) })
        try apply(
            try allSalts().map { row in
                let name = EpochRow.salts(replica: row.replica, block: row.block)
                return .salts(
                    replica: row.replica, block: row.block, try body(name, row.salts))
            })
        for range in try heldRanges() {
            let dot = Dot(range.replica, range.first)
            guard var row = try held(dot) else { throw StoreError.damaged }
            row.message = try body(.held(dot), row.message)
            try apply([.held(row)])
        }
    }

    private func allSalts() throws(StoreError) -> [SaltsRow] {
        try read(SQL.allSalts) { row in
            var rows: [SaltsRow] = []
            while try row.nextSound() {
                guard let number = UInt32(exactly: row.integer(0)), number <= ReplicaNumber.max
                else { throw StoreError.damaged }
                rows.append(
                    SaltsRow(
                        replica: ReplicaNumber(number), block: UInt64(bitPattern: row.integer(1)),
                        salts: row.blob(2)))
            }
            return rows
        }
    }

    private struct SaltsRow {
        var replica: ReplicaNumber
        var block: UInt64
        var salts: [UInt8]
    }
}
