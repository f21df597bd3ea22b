import Crypto
import RollcallCore
import RollcallStore
import RollcallTrust
import RollcallWire
import Testing

@testable import RollcallSync

/// Requests and admissions that travel by stick, and the bundle key in a member entry.
@Suite struct RequestTests {
    private let tlsKey = P256.Signing.PrivateKey()
    private let world: World
    /// Of the laptop that is in no register.
    private let newcomer = 2

    init() throws {
        world = try World.team(["north gate", "table 1"])
        let key = Array(tlsKey.publicKey.derRepresentation)
        world.laptops.append(try TestLaptop("table 2", seed: 77, tlsKey: key))
    }

    private var register: RegisterID {
        get throws { try #require(world.laptops[0].laptop.membership?.register) }
    }

    @discardableResult
    private func ask(_ register: RegisterID? = nil) throws -> JoinRequest {
        let register = try register ?? self.register
        return try world.act(newcomer) { laptop, _, output in
            try laptop.request(
                register, name: "table 2", operatorName: "Olha",
                tlsKey: Array(tlsKey.publicKey.derRepresentation),
                signature: { Array(try tlsKey.signature(for: $0).rawRepresentation) },
                world.moment, &output
            ).request
        }
    }

    @discardableResult
    private func admit(_ request: JoinRequest, _ index: Int = 0) throws -> Bool {
        try world.act(index) { laptop, store, output in
            try laptop.admit(request, as: .operator, world.moment, store, &output)
        }
    }

    /// All that a laptop has, for the newcomer.
    private func stick(from index: Int = 0) throws -> Stick {
        let node = world.laptops[index]
        var export = node.laptop.export(
            for: [world.laptops[newcomer].identity.node], isFull: true)
        var chunks: [[UInt8]] = []
        while let chunk = try node.laptop.nextChunk(of: &export, node.store) {
            chunks.append(chunk)
        }
        let manifest = node.laptop.manifest(of: export, createdAt: world.moment.wallClock)
        return Stick(manifest: manifest, chunks: chunks, changeCount: export.changeCount)
    }

    /// As the daemon does: whole, or not at all.
    private func take(_ stick: Stick, genesis: Genesis? = nil) throws {
        let manifest = try World.check(stick)
        let given = genesis ?? world.laptops[0].laptop.membership?.genesis
        let node = world.laptops[newcomer]
        let before = node.laptop
        let pending = try #require(before.pendingRequest)
        do {
            var output = Output()
            var bundle = try node.laptop.beginAdmission(manifest, given, &output)
            try node.store.apply(output.commit)
            for chunk in stick.chunks {
                output = Output()
                try node.laptop.take(chunk: chunk, into: &bundle, node.store, &output)
                try node.store.apply(output.commit)
            }
            output = Output()
            try node.laptop.finishAdmission(
                bundle, by: pending, world.moment, node.store, &output)
            try node.store.apply(output.commit)
            try node.store.commit()
        } catch {
            node.laptop = before
            try node.store.rollback()
            throw error
        }
    }

    private func recipients(of index: Int, on other: Int) -> [[UInt8]] {
        world.laptops[other].laptop.recipients(of: world.laptops[index].identity.node).map(\.bytes)
    }

    @Test func `an admission lets in, and its key is the newcomer's until it says another`() throws
    {
        let request = try ask()
        #expect(try admit(request))
        #expect(recipients(of: newcomer, on: 0) == [request.bundleKey])
        try take(stick())
        let node = world.laptops[newcomer]
        #expect(node.laptop.membership?.isMember(node.identity.node) == true)
        #expect(node.laptop.pendingRequest == nil)
        #expect(try node.store.meta("request") == nil)
        #expect(
            try node.laptop.bundleIdentities(node.store).map(\.publicKey) == [request.bundleKey])
        let renew = { [world] in
            try world.act(2) { laptop, store, output in
                try laptop.renewBundleKey(world.moment, store, &output)
            }
        }
        #expect(try !renew(), "it has one")
        world.clockOffset += 31 * 86_400_000
        #expect(try renew())
        try world.plug(0, newcomer)
        #expect(recipients(of: newcomer, on: 0).count == 1)
        #expect(recipients(of: newcomer, on: 0) != [request.bundleKey])
        #expect(
            try world.laptops[0].laptop.fingerprint(world.laptops[0].store)
                == node.laptop.fingerprint(node.store))
    }

    @Test func `keys of restricted classes are given to the key of a request, once`() throws {
        let tend = { [world] (index: Int) in
            try world.act(index) { laptop, store, output in
                try laptop.tendClassKeys(world.moment, store, &output)
            }
        }
        try world.act(0) { laptop, store, output in
            _ = try laptop.renewBundleKey(world.moment, store, &output)
        }
        _ = try tend(0)
        try admit(ask())
        _ = try tend(0)
        let before = world.laptops[0].laptop.controlChangeCount
        _ = try tend(0)
        #expect(world.laptops[0].laptop.controlChangeCount == before, "nobody is a stranger")
        try take(stick())
        #expect(try tend(newcomer))
        #expect(world.laptops[newcomer].laptop.openClasses == [3, 4], "as an operator")
        world.clockOffset += 31 * 86_400_000
        try world.act(newcomer) { laptop, store, output in
            _ = try laptop.renewBundleKey(world.moment, store, &output)
        }
        try world.plug(0, newcomer)
        let current = world.laptops[0].laptop.membership?.classKeys.current
        _ = try tend(0)
        #expect(
            world.laptops[0].laptop.membership?.classKeys.current == current, "still no stranger")
    }

    @Test func `a request is judged as one who asks by cable is`() throws {
        #expect(throws: LaptopError.notAdmitted(.otherRegister)) {
            try admit(ask(RegisterID([UInt8](repeating: 9, count: 16))))
        }
        let request = try ask()
        var forged = request
        forged.name = "somebody else"
        #expect(throws: FormatError.self) { try admit(forged) }
        try world.act(0) { laptop, store, output in
            _ = try laptop.give(
                .operator, to: world.laptops[1].identity.node, world.moment, store, &output)
        }
        try world.plug(0, 1)
        #expect(throws: LaptopError.notAllowed) { try admit(request, 1) }
        #expect(try admit(request))
        #expect(try !admit(request), "a member already")
        try world.act(0) { laptop, store, output in
            _ = try laptop.revoke(request.node, reason: "lost", world.moment, store, &output)
        }
        #expect(throws: LaptopError.notAdmitted(.takenOut)) { try admit(request) }
        #expect(throws: LaptopError.noAdmission(.takenOut)) { try take(stick()) }
    }

    @Test func `a register with sixty-four laptops takes no other`() throws {
        let request = try ask()
        let register = try register
        for number in 2..<Limits.membersMax {
            let key = NodeKey()
            let hash = sha256([UInt8(number)])
            let entry = MemberEntry(
                node: key.node, tlsKeyHash: hash, role: .operator, bundleKey: [], name: "x",
                proof: key.signature(
                    of: MemberEntry.enrolment(
                        register: register, node: key.node, tlsKeyHash: hash, bundleKey: [])))
            try world.act(0) { laptop, store, output in
                _ = try laptop.enrol(entry, store, &output)
            }
        }
        #expect(throws: LaptopError.notAdmitted(.noRoom)) { try admit(request) }
    }

    @Test func `what is no answer leaves the laptop as it was`() throws {
        let request = try ask()
        let stored = try world.laptops[newcomer].store.meta("request")
        // A full bundle, for its key, before anybody let it in.
        #expect(throws: LaptopError.noAdmission(.notLetIn)) { try take(stick()) }
        try admit(request)
        let other = Genesis(
            founder: world.laptops[1].identity.node,
            founderTLSKeyHash: world.laptops[1].identity.tlsKeyHash,
            random: [UInt8](repeating: 1, count: 16), title: "another")
        #expect(throws: LaptopError.noAdmission(.noGenesis)) { try take(stick(), genesis: other) }
        let node = world.laptops[newcomer]
        #expect(node.laptop.membership == nil && node.laptop.pendingRequest?.request == request)
        #expect(try node.store.meta("request") == stored)
        #expect(try node.store.counts().changes == 0)
        try world.restart(newcomer, seed: 78)
        #expect(world.laptops[newcomer].laptop.pendingRequest?.request == request)

        try ask(RegisterID([UInt8](repeating: 9, count: 16)))
        #expect(throws: LaptopError.noAdmission(.otherRegister)) { try take(stick()) }
        try ask()
        try take(stick())
    }

    @Test func `whoever is no member makes no admission, though the entry in it is good`() throws {
        let request = try ask()
        try admit(request)
        var whole = try stick()
        var manifest = try World.check(whole)
        let stranger = NodeKey()
        manifest.source = stranger.node
        var hash = LabelledHash("rc1.bundle")
        hash.add(manifest.encodedForSigning())
        manifest.signature = stranger.signature(of: hash.finish())
        whole.manifest = BundleFile.prologue + Frame(.manifest, manifest.encoded()).encoded
        #expect(throws: LaptopError.noAdmission(.sourceNoMember)) { try take(whole) }
        #expect(world.laptops[newcomer].laptop.membership == nil)
        // Another member may make one: who let it in is told by the entry.
        try world.plug(0, 1)
        try take(stick(from: 1))
        let node = world.laptops[newcomer]
        #expect(node.laptop.membership?.isMember(node.identity.node) == true)
    }
}
