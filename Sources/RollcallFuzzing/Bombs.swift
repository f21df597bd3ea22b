import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Inputs that a member could make by hand so that they cost a reader far more than they cost to send.
///
/// Chance finds none of these: each needs ten thousand parts that fit.
enum Bombs {
    struct Bomb: Sendable {
        var decoder: String
        var name: String
        var make: @Sendable () -> [UInt8]
    }

    static let all: [Bomb] = [
        Bomb(decoder: "changes", name: "shapes-that-nobody-uses") { shapes() },
        Bomb(decoder: "changes", name: "constant-columns") { constants() },
        Bomb(decoder: "merge", name: "names-that-never-come") { Choices.piece(names()) },
        Bomb(decoder: "session", name: "names-that-never-come") {
            said([(.changes, 0x40, names())])
        },
        Bomb(decoder: "session", name: "thousands-of-ended-replicas") {
            said((1...6).map { (.changes, 0x40, ended(by: $0)) } + [(.have, 0, strangeEnded())])
        },
        Bomb(decoder: "session", name: "ranges-that-overlap") { said([(.sift, 0, ranges())]) },
        Bomb(decoder: "session", name: "acks-of-unknown-replicas") {
            said((0..<40).map { (.ack, 0, acks($0)) })
        },
        Bomb(decoder: "framed-message", name: "zeros") {
            [4, 0] + [UInt8](repeating: 0, count: Limits.inflatedBytesMax - 2)
        },
        Bomb(decoder: "roster", name: "quotes") {
            Array("surname,key\n".utf8)
                + [[UInt8]](repeating: Array("\"a\"\"\n\"\"\",\n".utf8), count: 50_000).joined()
        },
        Bomb(decoder: "roster", name: "columns") {
            (0..<20_000).flatMap { Array("c\($0),".utf8) } + Array("z\nx\n".utf8)
        },
        Bomb(decoder: "list-file", name: "blanks") {
            workbook("<sheetData>" + String(repeating: " ", count: 40 << 20))
        },
        Bomb(decoder: "list-file", name: "cells") {
            workbook(
                "<sheetData><row>" + String(repeating: "<c><v>1</v></c>", count: 3_000_000))
        },
        Bomb(decoder: "list-file", name: "a-tag-that-never-ends") {
            workbook("<sheetData><c " + String(repeating: "a='b' ", count: 4 << 20))
        },
        Bomb(decoder: "list-file", name: "entities-of-entities") {
            workbook(
                "<!DOCTYPE x [<!ENTITY a \"hahahahaha\">"
                    + (0..<20).map { "<!ENTITY b\($0) \"&a;&a;&a;&a;&a;&a;&a;&a;\">" }.joined()
                    + "]>")
        },
        Bomb(decoder: "field-input", name: "marks") {
            Array("\u{0}a".utf8)
                + [[UInt8]](repeating: Array("\u{301}\u{316}".utf8), count: 60_000).joined()
        },
        Bomb(decoder: "control-request", name: "nested") {
            [UInt8](repeating: UInt8(ascii: "["), count: 1 << 20)
        },
        Bomb(decoder: "control-request", name: "fields") {
            Array(#"{"add":{"fields":["#.utf8)
                + [[UInt8]](
                    repeating: Array(#"{"field":"a","value":"b"},"#.utf8), count: 20_000
                ).joined() + Array(#"{"field":"a","value":"b"}]}}"#.utf8)
        },
    ]

    private static func said(_ messages: [(FrameType, UInt8, [UInt8])]) -> [UInt8] {
        messages.reduce([0]) { $0 + Corpus.step($1.0, $1.2, flags: $1.1) }
    }

    private static func workbook(_ sheet: String) -> [UInt8] {
        WorkbookMaker.archive(
            WorkbookMaker.sample.parts.map {
                $0.name.hasSuffix("sheet1.xml") ? ($0.name, "<worksheet>" + sheet) : $0
            })
    }

    // MARK: - changes messages

    /// What comes before the columns: a replica, a run from 1, one signature, salts.
    private static func start(
        _ changeCount: Int, incarnation: UInt64 = 5, others: Int = 0
    ) -> ByteWriter {
        var writer = ByteWriter()
        writer.varint(0)
        replica(incarnation, to: &writer)
        writer.varint(1)
        writer.u8(0)
        var left = changeCount
        writer.varint((changeCount + 255) / 256)
        while left > 0 {
            writer.varint(min(left, 256))
            writer.raw([UInt8](repeating: 0, count: 64))
            left -= 256
        }
        writer.u8(0)
        let salts = SaltSubtree.given(first: 1, last: UInt64(changeCount)).count
        writer.raw([UInt8](repeating: 0, count: salts * 16))
        writer.varint(others)
        for other in 0..<others {
            writer.varint(other + 1)
            replica(100 + UInt64(other), to: &writer)
        }
        return writer
    }

    private static func replica(_ incarnation: UInt64, to writer: inout ByteWriter) {
        writer.raw([UInt8](repeating: 7, count: 32))
        writer.u8(Lane.data.rawValue)
        writer.u64(incarnation)
    }

    private static func constant(_ value: UInt64, to writer: inout ByteWriter) {
        writer.u8(0)
        writer.varint(value)
    }

    /// Kinds, records, operators, times and lengths of extras: all alike.
    private static func headers(to writer: inout ByteWriter, extrasBytes: Int = 0) {
        for value in [ChangeKind.edit, 0, 0, 0, 0, UInt64(extrasBytes)] {
            constant(value, to: &writer)
        }
    }

    /// 40,000 fields, each of which names something, and 400,000 more in shapes that no change has.
    private static func shapes() -> [UInt8] {
        let (used, unused, width) = (10, 100, 4_096)
        var writer = start(used)
        headers(to: &writer)
        writer.varint(used + unused)
        for shape in 0..<(used + unused) {
            writer.varint(width)
            writer.varint(UInt64(shape * width + 1))
            for _ in 1..<width { writer.varint(1) }
        }
        writer.u8(1)
        for shape in 0..<used { writer.varint(shape) }
        writer.varint(1)
        writer.varint(0)
        for _ in 0..<(used * width) {
            for value: UInt64 in [1, 0, 0, 0] { constant(value, to: &writer) }
            writer.raw([1, 0x0a])
        }
        return writer.bytes
    }

    /// 65,536 changes of four equal values each, in columns of a few bytes.
    private static func constants() -> [UInt8] {
        let count = Limits.changesPerMessageMax
        var writer = start(count)
        headers(to: &writer)
        writer.varint(1)
        writer.varint(4)
        for _ in 0..<4 { writer.varint(130) }
        constant(0, to: &writer)
        writer.varint(1)
        writer.varint(0)
        for _ in 0..<4 {
            constant(0, to: &writer)
            constant(0, to: &writer)
            writer.u8(2)
            writer.varint(1)
            writer.raw([0x61, 0x0a])
            writer.raw([UInt8](repeating: 0, count: count))
        }
        return writer.bytes
    }

    /// Four changes of a record, each of which replaces 60,000 others that will never come.
    private static func names() -> [UInt8] {
        let (count, each) = (4, 60_000)
        var writer = start(count, others: 1)
        for value in [ChangeKind.edit, 1] { constant(value, to: &writer) }
        constant(9, to: &writer)
        for value: UInt64 in [0, 0, 0] { constant(value, to: &writer) }
        writer.varint(1)
        writer.varint(1)
        writer.varint(130)
        constant(0, to: &writer)
        writer.varint(1)
        writer.varint(0)
        constant(UInt64(each), to: &writer)
        constant(1, to: &writer)
        writer.u8(2)
        writer.varint(10)
        for _ in 1..<(count * each) { writer.varint(2) }
        constant(0, to: &writer)
        writer.u8(1)
        writer.raw([0x61, 0x0a, 0x62, 0x0a, 0x63, 0x0a, 0x64, 0x0a])
        return writer.bytes
    }

    /// A replica's first change that says it ends 6,000 earlier ones (R-4.5).
    private static func ended(by incarnation: Int) -> [UInt8] {
        var list = ByteWriter()
        for index in 0..<6_000 {
            list.u64(UInt64(incarnation * 10_000 + index))
            list.varint(3)
            list.raw([UInt8](repeating: 1, count: 32))
        }
        var extras = ByteWriter()
        extras.varint(1)
        extras.byteString(list.bytes)
        var writer = start(1, incarnation: UInt64(incarnation))
        headers(to: &writer, extrasBytes: extras.bytes.count)
        writer.raw(extras.bytes)
        writer.varint(1)
        writer.varint(0)
        constant(0, to: &writer)
        writer.varint(0)
        return writer.bytes
    }

    // MARK: - other messages

    /// The nodes of ended replicas that nobody here has heard of, as many as a have may list.
    private static func strangeEnded() -> [UInt8] {
        Have(
            live: [], held: [],
            ended: (0..<Limits.haveEntriesMax).map {
                Have.Ended(nodeTag: UInt64($0) << 20, count: 40, digest: 1)
            }
        ).encoded()
    }

    /// 55,000 times the same question, about all replicas of a node.
    private static func ranges() -> [UInt8] {
        let range = Sift.TagRange(lowest: 0, highest: .max, part: .list([], wantsAnswer: true))
        let node = Scene.shared.founder.identity.node
        return Sift(nodeTag: node.tag, ranges: [Sift.TagRange](repeating: range, count: 55_000))
            .encoded()
    }

    private static func acks(_ number: Int) -> [UInt8] {
        Ack(
            entries: (0..<Limits.haveEntriesMax).map {
                Ack.Entry(tag: UInt64(number << 20 | $0), height: Dot.counterMax)
            }
        ).encoded()
    }
}
