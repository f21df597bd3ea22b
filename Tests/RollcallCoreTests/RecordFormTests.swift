import RollcallCore
import Testing

/// Changes, bodies and names as bytes.
@Suite struct RecordFormTests {
    @Test func `a stored change is the change`() throws {
        var stored = change(
            Dot(replicaB, 3), [(.surname, [Dot(replicaA, 1), Dot(replicaC, 2)]), (.note, [])])
        stored.operatorDot = Dot(replicaC, 9)
        stored.recordedAt = 1_750_000_000_000
        stored.extras = [9, 1, 7]
        #expect(try Change(dot: stored.dot, stored: stored.stored()) == stored)
    }

    @Test func `many names replace what each of them alone would`() {
        let written = (UInt64(1)...30).map {
            change(Dot(replicaA, $0), [(.surname, []), (.note, [])])
        }
        let names = (UInt64(2)...21).map { Dot(replicaA, $0) } + [Dot(replicaB, 1)]
        let last = change(Dot(replicaC, 1), [(.surname, names), (.note, [Dot(replicaA, 3)])])
        let history = History(changes: written + [last])
        for order in [history.changes, history.changes.reversed()] {
            let state = history.state(applying: order)
            #expect(history.live(in: state) == history.live)
            #expect(state.awaited.map(\.dot) == [Dot(replicaB, 1)])
        }
    }

    @Test func `long values are the same if their bytes are, short ones if people see the same`() {
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        #expect(Content.text(composed).says(sameAs: .text(decomposed)))
        let filling = String(repeating: "x", count: 1_100)
        #expect(!Content.text(filling + composed).says(sameAs: .text(filling + decomposed)))
        #expect(Content.text(filling + composed).says(sameAs: .text(filling + composed)))
        #expect(!Content.text(filling).says(sameAs: .event(stage: filling, time: 0)))
    }

    @Test func `a stored change cut anywhere is refused`() {
        let stored = change(Dot(replicaB, 3), [(.surname, [Dot(replicaA, 1)]), (.note, [])])
            .stored()
        for count in stored.indices {
            #expect(throws: FormatError.self) {
                try Change(dot: Dot(replicaB, 3), stored: Array(stored.prefix(count)))
            }
        }
    }

    private static let replica: ReplicaID? = NodeID([UInt8](1...32)).map {
        ReplicaID(node: $0, lane: .data, incarnation: 7)
    }

    @Test func `every form of body is read as it was written`() throws {
        let replica = try #require(Self.replica)
        let contents: [Content] = [
            .text("Їжак"), .state(.withheld), .removal, .event(stage: "gate", time: 0),
            .entry([1, 2, 3]), .mark(Mark(isRemoved: false, shown: [])),
            .mark(
                Mark(
                    isRemoved: true,
                    shown: [
                        .init(replica: replica, counter: 1), .init(replica: replica, counter: 300),
                    ])),
        ]
        for content in contents {
            for (source, reason) in [(nil, nil), ("tag", nil), (nil, "read twice"), ("", "")] {
                let body = Body(content, source: source, reason: reason)
                let bytes = body.encoded()
                #expect(try Body(strictly: bytes, 0..<bytes.count) == body)
            }
        }
    }

    @Test func `plain text has an empty head`() {
        #expect(Body(.text("x")).encoded() == [0, UInt8(ascii: "x")])
        #expect(Body(.text("x"), source: "").encoded().first == 3)
    }

    @Test(
        arguments: [
            [0], [2, 1, 0, 9], [2, 1, 1], [1, 1, 9], [1, 5, 3], [1, 2, 0], [3, 0, 1, 9], [5],
        ] as [[UInt8]])
    func `a body that is not what its form says is kept whole`(bytes: [UInt8]) {
        #expect(throws: FormatError.self) { try Body(strictly: bytes, 0..<bytes.count) }
        let body = Body(bytes, 0..<bytes.count)
        #expect(body.content == .opaque(bytes))
        #expect(body.encoded() == bytes)
    }

    @Test func `an unknown form is kept whole`() throws {
        let bytes: [UInt8] = [1, 200, 0xff, 0]
        let body = try Body(strictly: bytes, 0..<4)
        #expect(body.content == .opaque(bytes))
        #expect(body.encoded() == bytes)
    }

    @Test func `a text over its limit is refused, one at it is not`() throws {
        func refusal(textBytes: Int) -> Refusal? {
            let bytes = [0] + [UInt8](repeating: UInt8(ascii: "x"), count: textBytes)
            do throws(FormatError) {
                _ = try Body(strictly: bytes, 0..<bytes.count)
                return nil
            } catch { return error.refusal }
        }
        #expect(refusal(textBytes: Body.textBytesMax) == nil)
        #expect(refusal(textBytes: Body.textBytesMax + 1) == .valueTooLong)
        #expect(refusal(textBytes: Body.bytesMax) == .valueTooLong)
    }

    @Test func `a field number tells its kind and class`() {
        #expect(FieldNumber.surname.kind == .single)
        #expect(FieldNumber.listLine.kind == .set)
        #expect(FieldNumber.arrival.kind == .event)
        #expect(FieldNumber.note.kind == .log)
        #expect(FieldNumber.arrival.fieldClass == FieldClass(1))
        #expect(FieldNumber(.max).fieldClass == FieldClass(7))
    }

    @Test func `a dot is one number, and no number is a dot by chance`() {
        let dot = Dot(ReplicaNumber(.init(ReplicaNumber.max)), Dot.counterMax)
        #expect(Dot(rawValue: dot.rawValue) == dot)
        #expect(dot.replica.rawValue == ReplicaNumber.max)
        #expect(dot.counter == Dot.counterMax)
        #expect(Dot(rawValue: 0) == nil)
        #expect(Dot(rawValue: 1 << 40) == nil)
        #expect(Dot(rawValue: .max) == nil)
    }
}
