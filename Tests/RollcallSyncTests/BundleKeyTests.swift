import RollcallCore
import RollcallStore
@testable import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// To which keys bundles are sealed, and how long what opens them is kept.
@Suite struct BundleKeyTests {
    @discardableResult
    private func renew(_ world: World, _ index: Int) throws -> Bool {
        try world.act(index) { laptop, store, output in
            try laptop.renewBundleKey(world.moment, store, &output)
        }
    }

    private func identities(_ world: World, _ index: Int) throws -> [[UInt8]] {
        let node = world.laptops[index]
        return try node.laptop.bundleIdentities(node.store).map(\.publicKey)
    }

    private func recipients(_ world: World, of index: Int, on other: Int) -> [[UInt8]] {
        world.laptops[other].laptop.recipients(of: world.laptops[index].identity.node).map(\.bytes)
    }

    private func meet(_ world: World, _ a: Int, _ b: Int) throws {
        try world.plug(a, b)
        world.unplugAll()
    }

    private func waitDays(_ world: World, _ days: Int) {
        world.clockOffset += Int64(days) * 86_400_000
    }

    @Test func `each laptop says to which key, once, and a restart keeps it`() throws {
        let world = try World.team(["north gate", "table 1"])
        for index in 0...1 {
            #expect(recipients(world, of: index, on: index).isEmpty)
            #expect(try renew(world, index))
            #expect(try !renew(world, index))
        }
        try meet(world, 0, 1)
        for (index, other) in [(0, 1), (1, 0)] {
            #expect(try recipients(world, of: index, on: other) == identities(world, index))
        }
        try world.restart(0, seed: 90)
        #expect(try recipients(world, of: 0, on: 1) == identities(world, 0))
        #expect(try !renew(world, 0))
    }

    @Test func `a key is renewed after thirty days, and the old one opens until all know`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        try renew(world, 0)
        try meet(world, 0, 1)
        let old = try identities(world, 0)
        waitDays(world, 29)
        #expect(try !renew(world, 0))
        waitDays(world, 2)
        #expect(try renew(world, 0))
        let both = try identities(world, 0)
        #expect(both.count == 2 && both.last == old.first)
        // Nobody else has heard of it.
        #expect(recipients(world, of: 0, on: 1) == old)
        try meet(world, 0, 1)
        #expect(recipients(world, of: 0, on: 1) == [both[0]])
        #expect(try !renew(world, 0))
        #expect(try identities(world, 0) == both)
        try meet(world, 0, 2)
        #expect(try renew(world, 0))
        #expect(try identities(world, 0) == [both[0]])
    }

    @Test func `a clock that was years ahead for a day does not keep a key for years`() throws {
        let world = try World.team(["north gate", "table 1"])
        waitDays(world, 3_000)
        try renew(world, 0)
        waitDays(world, -3_000)
        #expect(try renew(world, 0))
        #expect(try identities(world, 0).count == 2)
    }

    @Test func `who was taken out is sealed nothing, and a key is nobody else's to say`() throws {
        let world = try World.team(["north gate", "table 1", "lost"])
        for index in 0...2 { try renew(world, index) }
        for (a, b) in [(0, 1), (0, 2), (0, 1)] { try meet(world, a, b) }
        let lost = world.laptops[2].identity.node
        try world.act(0) { laptop, store, output in
            _ = try laptop.revoke(lost, reason: "lost", world.moment, store, &output)
        }
        try meet(world, 0, 1)
        #expect(recipients(world, of: 2, on: 1).isEmpty)
        #expect(try !renew(world, 2) || world.laptops[2].laptop.membership?.isMember(lost) == true)
        // What it says later counts for nobody.
        #expect(recipients(world, of: 0, on: 1).count == 1)
    }

    @Test func `two machines with one home have two keys, and both are sealed to`() throws {
        let world = try World.team(["north gate", "table 1"])
        try meet(world, 0, 1)
        var copy = Author(world, as: 1, lane: .control, incarnation: 99)
        let other = AgeIdentity()
        copy.write(
            kind: ChangeKind.key,
            extras: [],
            [
                (
                    .entry,
                    Body(.entry(KeyEntry(try AgeRecipient(other.publicKey)).encoded())).encoded()
                )
            ])
        // It knows nothing of what let it in, and so it is nobody yet.
        try world.take(chunk: copy.frame().encoded, from: 1, 0)
        #expect(recipients(world, of: 1, on: 0).isEmpty)
        try renew(world, 1)
        try meet(world, 0, 1)
        #expect(recipients(world, of: 1, on: 0).count == 1)
    }
}
