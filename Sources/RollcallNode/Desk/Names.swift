import RollcallControl
import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

extension Driver {
    /// A member by its name, or by any unambiguous start of its id.
    func member(_ text: String) throws -> Member {
        guard let membership = laptop.membership else { throw LaptopError.noRegister }
        let members = membership.members.values
        let named = members.filter { $0.name == text }
        let lower = text.lowercased()
        let found =
            named.isEmpty
            ? members.filter { $0.node.text.hasPrefix(lower) && !lower.isEmpty } : named
        guard let first = found.first else {
            throw ControlError(
                .noSuchNode, "no laptop is called that", hint: "`rollcall peers` lists them")
        }
        guard found.count == 1 else {
            let ids = found.map(\.node.text).sorted().joined(separator: ", ")
            throw ControlError(.ambiguousNode, "this could mean any of \(ids)")
        }
        return first
    }

    /// A record by any unambiguous start of its id, or by its creation dot.
    func record(_ text: String) throws -> Dot {
        try requireRegister()
        if text.contains(".") {
            let dot = try dot(text)
            guard try store.record(dot) != nil else { throw LaptopError.noSuchRecord }
            return dot
        }
        guard let values = Base32.values(text), !values.isEmpty, values.count <= 10 else {
            throw ControlError(.badID, "a record's id has up to 10 letters and digits")
        }
        if values.count == 10, Base32.checkDigit(values.prefix(9)) != values[9] {
            throw ControlError(
                .badID, "a letter or digit of this id is wrong", hint: "its last one is a check")
        }
        let found = try records(withPrefix: values)
        guard let first = found.first else { throw LaptopError.noSuchRecord }
        guard found.count == 1 else {
            let some = found.prefix(8).map {
                "\(laptop.text(ofRecord: $0)) (\(laptop.heads.table.text($0)))"
            }
            throw ControlError(
                .ambiguousID,
                "this could mean any of \(found.count) records: \(some.joined(separator: ", "))",
                hint: "give more of the id, or the creation dot")
        }
        return first
    }

    private func records(withPrefix values: [UInt8]) throws -> [Dot] {
        let digits = values.prefix(9)
        guard let number = Base32.number(digits) else { return [] }
        let free = UInt64(5 * (9 - digits.count))
        let lowest = number << free
        return try records.records(in: lowest...(lowest + (1 << free) - 1), laptop, store)
    }

    /// A dot as text: `<incarnation>.<counter>`.
    func dot(_ text: String) throws -> Dot {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let counter = UInt64(parts[1]), counter > 0,
            counter <= Dot.counterMax,
            let values = Base32.values(parts[0]), values.count == 13,
            let incarnation = Base32.number(values)
        else {
            throw ControlError(.badDot, "a dot is 13 letters and digits, a point, and a number")
        }
        let table = laptop.heads.table
        let found = table.allNumbers.filter { table[$0].incarnation == incarnation }
        guard found.count == 1, let replica = found.first else {
            throw ControlError(.badDot, "no replica here is called that")
        }
        return Dot(replica, counter)
    }

    func readContext(_ seen: [String]?) throws -> ReadContext {
        guard let seen else { return .asStored }
        return .dots(try seen.map { try dot($0) })
    }
}
