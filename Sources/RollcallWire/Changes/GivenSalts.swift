import RollcallCore

/// The part of a changes message that gives salts, and says what was erased.
struct GivenSalts {
    static let asByRule: UInt8 = 0
    static let listed: UInt8 = 1

    private struct Erased {
        var position: Int
        var commitments: [UInt8]
    }

    let salts: [UInt8]
    /// Nil where they are those of the rule.
    let subtrees: [SaltSubtree]?
    private var erased: [Erased] = []

    init(first: UInt64, changeCount: Int, _ reader: inout ByteReader) throws(FormatError) {
        let last = first + UInt64(changeCount) - 1
        switch try reader.u8("salts") {
        case Self.asByRule:
            subtrees = nil
            salts = try reader.raw(
                SaltSubtree.given(first: first, last: last).count * 16, "salts")
        case Self.listed:
            erased = try Self.erased(changeCount, &reader)
            (subtrees, salts) = try Self.list(first: first, last: last, &reader)
            try judgeErased(first: first)
        default: throw FormatError(.unknownRangeForm, "salts")
        }
    }

    private static func erased(
        _ changeCount: Int, _ reader: inout ByteReader
    ) throws(FormatError) -> [Erased] {
        var erased: [Erased] = []
        for _ in 0..<(try reader.count("erased", bytesEach: 2)) {
            let distance = try reader.varint("erased change")
            let before = erased.last?.position
            guard distance < UInt64(changeCount), before == nil || distance > 0 else {
                throw FormatError(.badReference, "erased change")
            }
            let position = (before ?? 0) + Int(distance)
            guard position < changeCount else {
                throw FormatError(.badReference, "erased change")
            }
            var commitments = ByteWriter()
            var lastClass: UInt8?
            for _ in 0..<(try reader.u8("classes")) {
                let fieldClass = try reader.u8("class")
                guard fieldClass < 8, lastClass.map({ fieldClass > $0 }) ?? true else {
                    throw FormatError(.notSorted, "class")
                }
                lastClass = fieldClass
                commitments.u8(fieldClass)
                commitments.raw(try reader.raw(32, "commitment"))
            }
            erased.append(Erased(position: position, commitments: commitments.bytes))
        }
        return erased
    }

    private static func list(
        first: UInt64, last: UInt64, _ reader: inout ByteReader
    ) throws(FormatError) -> ([SaltSubtree], [UInt8]) {
        var subtrees: [SaltSubtree] = []
        var salts: [UInt8] = []
        var next = SaltSubtree.blockStart(of: first)
        for _ in 0..<(try reader.count("salts", bytesEach: 18)) {
            guard next <= last else { throw FormatError(.badReference, "salt subtree") }
            let distance = try reader.varint("salt subtree")
            let level = Int(try reader.u8("salt level"))
            guard distance <= last - next, level <= 8 else {
                throw FormatError(.badReference, "salt subtree")
            }
            let subtree = SaltSubtree(first: next + distance, level: level)
            guard subtree.isAligned, subtree.last >= first, subtree.last <= last else {
                throw FormatError(.badReference, "salt subtree")
            }
            subtrees.append(subtree)
            salts += try reader.raw(16, "salt")
            next = subtree.last + 1
        }
        return (subtrees, salts)
    }

    /// No salt that is given leads to what was erased.
    private func judgeErased(first: UInt64) throws(FormatError) {
        guard let subtrees else { return }
        var index = 0
        for gone in erased {
            let counter = first + UInt64(gone.position)
            while index < subtrees.count, subtrees[index].last < counter { index += 1 }
            guard index == subtrees.count || subtrees[index].first > counter else {
                throw FormatError(.badReference, "salt of an erased change")
            }
        }
    }

    /// An erased change has the commitments that it had, and bodies of one zero byte.
    func markErased(_ changes: inout [Change]) throws(FormatError) {
        for gone in erased {
            let change = changes[gone.position]
            for write in change.writes {
                guard change.body(of: write).elementsEqual([0]) else {
                    throw FormatError(.badReference, "body of an erased change")
                }
            }
            let given = stride(from: 0, to: gone.commitments.count, by: 33)
                .reduce(UInt8(0)) { $0 | 1 << gone.commitments[$1] }
            guard change.classBits == given else {
                throw FormatError(.badReference, "classes of an erased change")
            }
            changes[gone.position].erased = gone.commitments
        }
    }
}

extension ChangesMessage {
    func encodeSalts(to writer: inout ByteWriter) {
        guard let listedSubtrees else {
            writer.u8(GivenSalts.asByRule)
            writer.raw(salts)
            return
        }
        writer.u8(GivenSalts.listed)
        let erased = changes.indices.filter { changes[$0].isErased }
        writer.varint(erased.count)
        var before = 0
        for position in erased {
            writer.varint(position - before)
            before = position
            let commitments = changes[position].erased ?? []
            writer.u8(UInt8(commitments.count / 33))
            writer.raw(commitments)
        }
        writer.varint(listedSubtrees.count)
        var next = SaltSubtree.blockStart(of: first)
        for (index, subtree) in listedSubtrees.enumerated() {
            writer.varint(subtree.first - next)
            writer.u8(UInt8(subtree.level))
            writer.raw(salts[(index * 16)..<(index * 16 + 16)])
            next = subtree.last + 1
        }
    }
}
