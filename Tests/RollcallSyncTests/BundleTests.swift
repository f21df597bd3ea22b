import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// What goes by stick.
@Suite struct BundleTests {
    private let surname = Fields.surname

    /// A gate, and two tables that it let in and that have not met since.
    private func team() throws -> World {
        try World.team(["north gate", "table 1", "table 2"], seed: 30)
    }

    @Test func `a stick carries all that a cable would`() throws {
        let world = try team()
        let record = try world.add(0, surname, "one")
        let counts = try world.take(try world.export(0, for: [2]), 2)

        #expect(counts.new > 0)
        #expect(counts.held == 0)
        #expect(try world.values(2, record, surname) == ["one"])
        #expect(try world.fingerprint(0) == world.fingerprint(2))
    }

    @Test func `a stick taken in twice brings nothing new`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        let stick = try world.export(0, for: [2])
        let first = try world.take(stick, 2)
        let before = try world.fingerprint(2)

        #expect(
            try world.take(stick, 2)
                == ImportCounts(new: 0, known: first.new + first.known, held: 0))
        #expect(try world.fingerprint(2) == before)
    }

    @Test func `the stick back acknowledges, and the next one is shorter`() throws {
        let world = try team()
        for index in 0..<20 { try world.add(0, surname, "person \(index)") }
        let there = try world.export(0, for: [2])
        #expect(
            try world.export(0, for: [2]).changeCount == there.changeCount,
            "an export acknowledges nothing")
        try world.take(there, 2)
        let back = try world.export(2, for: [0])
        try world.take(back, 0)
        #expect(world.standing(0, of: 2)?.theyLack == 0)
        #expect(world.standing(0, of: 2)?.knowledge.route == .bundle)

        #expect(try world.export(0, for: [2]).changeCount == 0)
        try world.add(0, surname, "one")
        let next = try world.export(0, for: [2])
        #expect(next.changeCount == 1)
        #expect(next.byteCount < there.byteCount)
        #expect(try world.take(next, 2) == ImportCounts(new: 1, known: 0, held: 0))
    }

    @Test func `one stick for several is from what all of them have`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        try world.plug(1, 0)
        world.unplugAll()
        let forOne = try world.export(0, for: [1])
        let forTwo = try world.export(0, for: [2])
        let forBoth = try world.export(0, for: [1, 2])

        #expect(forOne.changeCount == 0)
        #expect(forTwo.changeCount > 0)
        #expect(forBoth.changeCount == forTwo.changeCount)
        try world.take(forBoth, 1)
        try world.take(forBoth, 2)
        #expect(try world.haveConverged())
    }

    /// Two sticks made for table 1, the second of what came after the first.
    private func twoSticks(_ world: World) throws -> (
        first: Stick, second: Stick, records: [GlobalDot]
    ) {
        var records = [try world.add(0, surname, "one"), try world.add(0, surname, "two")]
        let first = try world.export(0, for: [1])
        try world.take(first, 1)
        try world.take(try world.export(1, for: [0]), 0)
        records.append(try world.add(0, surname, "three"))
        records.append(try world.add(0, surname, "four"))
        return (first, try world.export(0, for: [1]), records)
    }

    @Test
    func `who missed the first stick holds the second, says what is missing, and completes it`()
        throws
    {
        let world = try team()
        let (first, second, records) = try twoSticks(world)
        #expect(try world.take(second, 2) == ImportCounts(new: 0, known: 0, held: 2))
        #expect(try world.counts(2).records == 0)
        let missing = world.laptops[2].laptop.missing()
        #expect(missing.map(\.replica) == [records[0].replica])
        #expect(missing.map(\.first) == [1])
        #expect(missing.map(\.last) == [2])
        let held = try world.fingerprint(2)

        try world.restart(2, seed: 44)
        #expect(world.laptops[2].laptop.missing().count == 1)
        #expect(try world.fingerprint(2) == held)
        try world.take(first, 2)
        #expect(world.laptops[2].laptop.missing().isEmpty)
        #expect(try world.counts(2).held == 0)
        for (record, text) in zip(records, ["one", "two", "three", "four"]) {
            #expect(try world.values(2, record, surname) == [text])
        }
        #expect(try world.fingerprint(2) == world.fingerprint(0))
    }

    @Test func `what is held is not acknowledged, and not sent again`() throws {
        let world = try team()
        let (_, second, _) = try twoSticks(world)
        try world.take(second, 2)
        let back = try world.export(2, for: [0])
        try world.take(back, 0)
        #expect(world.standing(0, of: 2)?.theyLack ?? 0 >= 4)

        try world.plug(2, 0)
        #expect(try world.fingerprint(2) == world.fingerprint(0))
        #expect(try world.counts(2).held == 0)
        #expect(world.standing(0, of: 2)?.isUpToDate == true)
    }

    @Test func `a stick of several chunks that begins after a gap is held whole`() throws {
        let world = try team()
        var generator = SeededGenerator(seed: 5)
        try world.add(0, surname, "one")
        try world.take(try world.export(0, for: [1]), 1)
        try world.take(try world.export(1, for: [0]), 0)
        for _ in 0..<24 {
            try world.add(
                0, surname,
                String(
                    (0..<60_000).map { _ in
                        Character(UnicodeScalar(UInt8.random(in: 33..<127, using: &generator)))
                    }))
        }
        let stick = try world.export(0, for: [1])
        #expect(stick.chunks.count > 2)
        #expect(try world.take(stick, 2) == ImportCounts(new: 0, known: 0, held: 24))
        #expect(try world.take(stick, 2) == ImportCounts(new: 0, known: 0, held: 24))
        #expect(try world.counts(2).held == 24)

        try world.plug(2, 1)
        #expect(try world.fingerprint(2) == world.fingerprint(0))
        #expect(try world.counts(2).held == 0)
    }

    @Test
    func `a newcomer's stick is taken by one who never heard of it, if its admission comes along`()
        throws
    {
        let world = try World(["north gate", "table 1", "table 2"], seed: 31)
        try world.found(0)
        try world.join(2, through: 0)
        world.unplugAll()
        try world.join(1, through: 0)
        world.unplugAll()
        let record = try world.add(1, surname, "one")
        try world.take(try world.export(1, for: [2]), 2)

        #expect(try world.values(2, record, surname) == ["one"])
        #expect(try world.fingerprint(2) == world.fingerprint(1))
    }

    @Test func `sticks alone bring two together who never meet`() throws {
        let world = try team()
        let record = try world.add(0, surname, "one")
        try world.take(try world.export(0, for: [2]), 2)
        try world.set(2, record, surname, "two")
        try world.set(0, record, surname, "three")
        try world.take(try world.export(2, for: [0]), 0)
        try world.take(try world.export(0, for: [2]), 2)

        #expect(try world.fingerprint(0) == world.fingerprint(2))
        #expect(try Set(world.values(2, record, surname)) == ["two", "three"])
    }

    @Test func `what comes by stick goes on by cable at once`() throws {
        let world = try team()
        try world.plug(1, 2)
        let record = try world.add(0, surname, "one")
        try world.take(try world.export(0, for: [1]), 1)

        #expect(try world.values(2, record, surname) == ["one"])
    }

    @Test func `a home restored to before a stick is sent it again after the stick back`() throws {
        let world = try team()
        let copy = try world.laptops[2].backup()
        let record = try world.add(0, surname, "one")
        try world.take(try world.export(0, for: [2]), 2)
        try world.take(try world.export(2, for: [0]), 0)
        #expect(world.standing(0, of: 2)?.theyLack == 0)

        // The new life lists the life before the copy; neither lists the other, so the least counts.
        try world.laptops[2].restore(copy, seed: 45)
        try world.take(try world.export(2, for: [0]), 0)
        #expect(world.standing(0, of: 2)?.theyLack == 1)
        try world.take(try world.export(0, for: [2]), 2)
        #expect(try world.values(2, record, surname) == ["one"])
    }

    // MARK: refusals

    @Test func `a stick of another register is refused`() throws {
        let world = try team()
        let other = try World.team(["south gate"], seed: 32)
        try other.add(0, surname, "one")
        let stick = try other.export(0, for: [0])

        #expect(throws: BundleError.otherRegister) { try world.take(stick, 2) }
        #expect(try world.counts(2).records == 0)
    }

    @Test func `a laptop without a register takes no stick`() throws {
        let world = try World(["north gate", "nobody"], seed: 33)
        try world.found(0)
        let stick = try world.export(0, for: [])

        #expect(throws: LaptopError.noRegister) { try world.take(stick, 1) }
    }

    @Test func `a stick whose manifest was touched is refused`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        var stick = try world.export(0, for: [2])
        stick.manifest[stick.manifest.count - 1] ^= 1

        #expect(throws: FormatError(.badSignature, "manifest")) { try world.take(stick, 2) }
    }

    @Test func `a stick whose chunk was touched is refused`() throws {
        let world = try team()
        try world.add(0, surname, "one")
        var stick = try world.export(0, for: [2])
        stick.chunks[0][stick.chunks[0].count - 1] ^= 1

        #expect(throws: FormatError(.chunkMismatch, "chunk")) { try world.take(stick, 2) }
        #expect(try world.counts(2).records == 0)
    }

    @Test func `a member that signs another's changed words is refused`() throws {
        let world = try team()
        var author = Author(world, as: 0, incarnation: 5)
        author.write([(surname, [0] + Array("one".utf8))])
        var message = author.message()
        message.changes[0].bodies[1] ^= 1
        var numbering = SessionReplicas()
        let chunk = Frame(.changes, message.encode(author.table, numbering: &numbering)).encoded

        #expect(throws: BundleError.invalidSegment) { try world.take(chunk: chunk, from: 1, 2) }
        #expect(try world.counts(2).records == 0)
        #expect(try world.counts(2).held == 0)
    }

    @Test func `a frame of another type is no chunk`() throws {
        let world = try team()
        #expect(throws: FormatError.self) {
            try world.take(chunk: Frame(.ping, []).encoded, from: 0, 2)
        }
    }
}
