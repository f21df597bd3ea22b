import RollcallCore
import RollcallTrust
import Testing

/// Sealing by class; what a change of each byte comes to stands in the test vectors.
@Suite struct ClassKeyTests {
    private static let register = RegisterID([UInt8](repeating: 7, count: 16))
    private static let health = FieldNumber(739)

    private static func key(_ secret: UInt8 = 1, _ fieldClass: UInt8 = 3) -> ClassKey {
        ClassKey(fieldClass, [UInt8](repeating: secret, count: 16), register)
    }

    private static func place(_ counter: UInt64 = 1, _ field: FieldNumber = health) throws
        -> ClassKey.Place
    {
        var bytes = [UInt8](repeating: 9, count: 32) + [1]
        bytes += [0, 0, 0, 0, 0, 0, 0, 5]
        var reader = ByteReader(bytes)
        return ClassKey.Place(record: try ReplicaID(from: &reader, "replica"), counter, field)
    }

    private static func sealed(_ body: Body) -> SealedBytes? {
        if case .sealed(let sealed) = body.content { sealed } else { nil }
    }

    @Test func `the same value in the same place is the same, and anywhere else another`() throws {
        let body = Body(.text("good"), source: "medic", reason: "seen")
        let first = Self.key().sealed(body, at: try Self.place())
        #expect(Self.key().sealed(body, at: try Self.place()) == first)
        // Who says so and why is no part of what is said.
        let other = Self.key().sealed(Body(.text("good"), source: "list"), at: try Self.place())
        #expect(other.content.says(sameAs: first.content))
        let elsewhere = [
            Self.key().sealed(body, at: try Self.place(2)),
            Self.key().sealed(body, at: try Self.place(1, FieldNumber(771))),
            Self.key(2).sealed(body, at: try Self.place()),
            Self.key(1, 4).sealed(body, at: try Self.place()),
        ]
        let checks = Set((elsewhere + [first]).compactMap { Self.sealed($0)?.check })
        #expect(checks.count == 5)
    }

    @Test func `all that a body says comes back, after it was stored`() throws {
        for content in [
            Content.text("x"), .text(String(repeating: "ї", count: 20_000)), .state(.withheld),
        ] {
            for (source, reason) in [
                (nil, nil), ("list A", nil), (nil, "seen"), ("list A", "seen"),
            ] {
                let body = Body(content, source: source, reason: reason)
                let stored = Self.key().sealed(body, at: try Self.place()).encoded()
                let read = Body(stored, stored.indices)
                #expect(Self.key().opened(read, at: try Self.place()) == body)
            }
        }
    }

    @Test func `no byte of it can be another`() throws {
        let body = Body(.text("seriously wounded"), source: "medic")
        let stored = Self.key().sealed(body, at: try Self.place()).encoded()
        for index in stored.indices {
            var altered = stored
            altered[index] ^= 1
            let read = Self.key().opened(Body(altered, altered.indices), at: try Self.place())
            // Who finds the source altered still reads the value.
            #expect(read != body, "byte \(index)")
            #expect(read == nil || read?.content == body.content, "byte \(index)")
        }
    }

    @Test func `a length says no more than which block of 16 it ends in`() throws {
        let lengths = try (1...40).map { count in
            let body = Body(.text(String(repeating: "x", count: count)))
            return Self.sealed(Self.key().sealed(body, at: try Self.place()))?.bytes.count
        }
        #expect(lengths == (1...40).map { ($0 + 2 + 15) / 16 * 16 })
    }

    @Test func `what is compared by all stays open`() throws {
        for content in [Content.removal, .event(stage: "gate", time: 1), .opaque([1, 2])] {
            let body = Body(content)
            #expect(Self.key().sealed(body, at: try Self.place()) == body)
        }
        let sealed = Self.key().sealed(Body(.text("x")), at: try Self.place())
        #expect(Self.key(2).sealed(sealed, at: try Self.place()) == sealed)
        #expect(ClassKey.seals(Self.health) && !ClassKey.seals(FieldNumber(130)))
        #expect(!ClassKey.seals(FieldNumber(28 * 32 + 16 + 3)))
    }
}
