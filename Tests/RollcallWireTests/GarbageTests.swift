import RollcallCore
import Testing

@testable import RollcallWire

/// Bytes that nobody meant: every decoder either reads them or refuses them, and never ends the program.
@Suite struct GarbageTests {
    private static let entry = HaveEntry(tag: 9, height: 300, hash: 8)

    private static let hello: Hello = {
        var hello = Hello(
            register: [UInt8](repeating: 1, count: 16), startNonce: 2, wallClock: 3,
            window: 1 << 20,
            capabilities: 0, dictionaries: [7], digest: [UInt8](repeating: 4, count: 16), base: 5,
            changed: [entry], earlierNonces: [6])
        hello.items = [.init(type: 3, content: [1])]
        return hello
    }()

    private static let manifest: Manifest? = NodeID([UInt8](repeating: 3, count: 32)).map { node in
        var manifest = Manifest(
            register: [UInt8](repeating: 1, count: 16), source: node, startNonce: 1,
            earlierNonces: [2],
            createdAt: 3, targets: [.init(node: node, basisReplicas: 1, basisDigest: 2)],
            vector: [
                .init(
                    replica: ReplicaID(node: node, lane: .data, incarnation: 4), height: 5,
                    hash: [UInt8](repeating: 6, count: 32))
            ], contents: [.init(replica: 0, first: 1, last: 5)],
            chunks: [.init(byteCount: 9, hash: [UInt8](repeating: 7, count: 16))])
        manifest.signature = [UInt8](repeating: 8, count: 64)
        return manifest
    }

    typealias Reading = @Sendable ([UInt8]) throws -> [UInt8]

    /// A sound message of each kind, and what reads it and writes it again.
    private static func kinds() throws -> [(sound: [UInt8], read: Reading)] {
        var generator = SeededGenerator(seed: 77)
        let changes = encoded(message(randomChanges(&generator, count: 12, first: 250)))
        let have = Have(
            live: [entry, entry], held: [.init(tag: 1, first: 2, last: 3)],
            ended: [.init(nodeTag: 1, count: 2, digest: 3)])
        let sift = Sift(
            nodeTag: 1,
            ranges: [
                .init(lowest: 0, highest: 9, part: .digest(count: 1, 2)),
                .init(lowest: 10, highest: 19, part: .list([entry], wantsAnswer: true)),
                .init(lowest: 20, highest: .max, part: .equal),
            ])
        let addresses = Addresses(
            entries: [
                .init(node: try #require(manifest).source, addresses: ["192.0.2.1:7047", ""])
            ])
        let offer = JoinOffer(
            node: [UInt8](repeating: 1, count: 32), random: [UInt8](repeating: 1, count: 16),
            bundleKey: [], name: "north gate")
        let mark = Mark(
            isRemoved: true,
            shown: [.init(replica: try #require(manifest).vector[0].replica, counter: 9)])
        let body = Body(.mark(mark), source: "tag", reason: "twice").encoded()
        return [
            (changes, { try Self.readChanges($0) }), (hello.encoded(), { try Hello($0).encoded() }),
            (have.encoded(), { try Have($0).encoded() }),
            (sift.encoded(), { try Sift($0).encoded() }),
            (try #require(manifest).encoded(), { try Manifest($0).encoded() }),
            (addresses.encoded(), { try Addresses($0).encoded() }),
            (Bye(.done, "good night").encoded(), { try Bye($0).encoded() }),
            (Ack(entries: [.init(tag: 1, height: 2)]).encoded(), { try Ack($0).encoded() }),
            (Admission(messages: [changes]).encoded(), { try Admission($0).encoded() }),
            (offer.encoded(), { try JoinOffer($0).encoded() }),
            (body, { Body($0, 0..<$0.count).encoded() }), (body, { try Self.readBody($0) }),
        ]
    }

    /// Has a choice of columns, so it gives the bytes back if writing and reading again means the same.
    private static func readChanges(_ bytes: [UInt8]) throws -> [UInt8] {
        let (message, table) = try decoded(bytes)
        // A body without a head cannot come of a message.
        let again = try decoded(encoded(message, table))
        #expect(again.message.changes.count == message.changes.count)
        #expect(again.message.salts == message.salts)
        #expect(again.message.changes.map(\.bodies) == message.changes.map(\.bodies))
        return bytes
    }

    /// Odd bodies have longer forms of the same meaning.
    private static func readBody(_ bytes: [UInt8]) throws -> [UInt8] {
        let body = try Body(strictly: bytes, 0..<bytes.count)
        let again = body.encoded()
        #expect(try Body(strictly: again, 0..<again.count) == body || again == bytes)
        return bytes
    }

    @Test func `2,000 damaged messages are read or refused`() throws {
        var generator = SeededGenerator(seed: 2_000)
        let kinds = try Self.kinds()
        var readCount = 0
        for number in 0..<2_000 {
            let (sound, read) = kinds[number % kinds.count]
            let damaged = Self.damaged(sound, &generator)
            do {
                #expect(try read(damaged) == damaged)
                readCount += 1
            } catch is FormatError {}
        }
        #expect(readCount > 20)
    }

    @Test func `sound messages are read, and none that is cut short`() throws {
        for (sound, read) in try Self.kinds().dropLast(2) {
            #expect(try read(sound) == sound)
            for count in sound.indices {
                // A hello's items go to its end; what is cut there is a shorter hello.
                guard (try? read(Array(sound.prefix(count)))) != nil else { continue }
                #expect(sound == Self.hello.encoded() && count == sound.count - 3)
            }
        }
    }

    @Test func `random bytes in frames are cut into frames or refused`() throws {
        var generator = SeededGenerator(seed: 3)
        let compression = Compression()
        for _ in 0..<2_000 {
            var decoder = FrameDecoder()
            let type = [0x85, 0x82, 0x0f, 0xff][generator.below(4)] as UInt8
            let body = generator.bytes(generator.below(60))
            decoder.append(Frame(type: type, flags: UInt8(generator.below(8)), body: body).encoded)
            do {
                while let frame = try decoder.next() { _ = try frame.message(compression) }
            } catch {
                #expect(!error.field.isEmpty)
            }
        }
    }

    private static func damaged(_ sound: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = sound
        for _ in 0...generator.below(3) {
            let place = generator.below(max(bytes.count, 1))
            switch generator.below(5) {
            case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(generator.below(8))
            case 1 where !bytes.isEmpty: bytes.remove(at: place)
            case 2 where !bytes.isEmpty:
                bytes[place] = [0, 1, 0x7f, 0x80, 0xff][generator.below(5)]
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + generator.below(20)))
            default:
                bytes.insert(
                    contentsOf: generator.bytes(generator.below(11)), at: min(place, bytes.count))
            }
        }
        return bytes
    }
}
