import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// Weak keys, reused keys and keys that nobody has shown to hold: refused at the door, in what is brought, and in use.
@Suite struct KeyTests {
    private let address = "gate:1"
    private let mallory = [UInt8](repeating: 0x66, count: 32)
    private let random = [UInt8](repeating: 1, count: 16)
    /// By it a point of small order "signs" whatever it is asked to: R is the neutral point, S is 0.
    private let forged = [1] + [UInt8](repeating: 0, count: 63)

    @Test func `the lists are whole`() {
        // 14 encodings of the 8 points of small order, and 38 of y not reduced, 4 of which are among them.
        #expect(WeakKeys.ed25519.count == 10 + 38)
        #expect(SmallOrderKeys.all.isSubset(of: WeakKeys.ed25519))
        #expect(WeakKeys.x25519.count == 10 + 38)
    }

    // MARK: - at the door

    private func offer(_ node: [UInt8], bundleKey: [UInt8] = []) -> JoinOffer {
        JoinOffer(node: node, random: random, bundleKey: bundleKey, name: "one")
    }

    @Test(arguments: WeakKeys.ed25519)
    func `a newcomer whose node key is weak is refused`(key: [UInt8]) throws {
        let world = try World.founded()
        _ = try world.invite(0)
        let puppet = try Puppet(world, 0, tlsKeyHash: mallory)
        try puppet.say(.joinOffer, offer(key).encoded())
        let heard = try puppet.heard()
        #expect(heard.map(\.type) == [.bye])
    }

    @Test(arguments: WeakKeys.x25519)
    func `a newcomer whose bundle key is weak is refused`(key: [UInt8]) throws {
        let world = try World.founded()
        _ = try world.invite(0)
        let puppet = try Puppet(world, 0, tlsKeyHash: mallory)
        let node = world.laptops[1].identity.node.bytes
        try puppet.say(.joinOffer, offer(node, bundleKey: key).encoded())
        let heard = try puppet.heard()
        #expect(heard.map(\.type) == [.bye])
    }

    private func answer(
        node: [UInt8], founder: [UInt8], expecting types: [FrameType],
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let world = try World.founded()
        try world.beginJoin(1, JoinCode.other(1), address: address)
        let puppet = try Puppet(world, 1, tlsKeyHash: mallory, dialled: address)
        _ = try puppet.heard()
        let genesis = Genesis(
            founder: try #require(NodeID(founder)), founderTLSKeyHash: mallory, random: random,
            title: "test")
        let answer = JoinAnswer(node: node, random: random, genesis: genesis.encoded())
        try puppet.say(.joinAnswer, answer.encoded())
        #expect(try puppet.heard().map(\.type) == types, sourceLocation: location)
    }

    @Test(arguments: WeakKeys.ed25519)
    func `an inviter or a founder whose node key is weak gets no proof`(key: [UInt8]) throws {
        let honest = NodeKey().node.bytes
        try answer(node: honest, founder: honest, expecting: [.joinProof])
        try answer(node: key, founder: honest, expecting: [.bye])
        try answer(node: honest, founder: key, expecting: [.bye])
    }

    @Test func `a proof of possession that is missing or of another key is refused`() throws {
        let world = try World.founded()
        let membership = try #require(world.laptops[0].laptop.membership)
        let node = world.laptops[1].identity.node
        func enrolment(_ register: RegisterID, _ tls: [UInt8], _ bundleKey: [UInt8]) -> [UInt8] {
            MemberEntry.enrolment(
                register: register, node: node, tlsKeyHash: tls, bundleKey: bundleKey)
        }
        let key = world.laptops[1].identity.key
        let other = RegisterID([UInt8](repeating: 3, count: 16))
        let proofs = [
            [UInt8](repeating: 0, count: 64), forged,
            NodeKey().signature(of: enrolment(membership.register, mallory, [])),
            key.signature(of: enrolment(membership.register, [UInt8](repeating: 5, count: 32), [])),
            key.signature(of: enrolment(membership.register, mallory, mallory)),
            key.signature(of: enrolment(other, mallory, [])),
        ]
        for proof in proofs + [key.signature(of: enrolment(membership.register, mallory, []))] {
            let code = try world.invite(0)
            let puppet = try Puppet(world, 0, tlsKeyHash: mallory)
            try puppet.say(.joinOffer, offer(node.bytes).encoded())
            let answered = try #require(try puppet.heard().last)
            let transcript = JoinTranscript(
                newcomerTLSKeyHash: mallory,
                inviterTLSKeyHash: world.laptops[0].identity.tlsKeyHash,
                offer: offer(node.bytes), answer: try JoinAnswer(answered.message),
                genesis: membership.genesis)
            try puppet.say(
                .joinProof,
                JoinProof(proof: transcript.newcomerProof(code), enrolment: proof).encoded())
            let isRight = proof != forged && !proofs.contains(proof)
            #expect(try puppet.heardBye()?.knownReason == (isRight ? nil : .joinRefused))
            #expect(world.laptops[0].laptop.membership?.isMember(node) == isRight)
        }
    }

    // MARK: - in what is brought

    /// What somebody signs who may let others in.
    private func entry(
        _ world: World, node: NodeID, by key: NodeKey?, tls: [UInt8], bundleKey: [UInt8] = []
    ) throws -> [UInt8] {
        let register = try #require(world.laptops[0].laptop.membership?.register)
        let enrolment = MemberEntry.enrolment(
            register: register, node: node, tlsKeyHash: tls, bundleKey: bundleKey)
        return MemberEntry(
            node: node, tlsKeyHash: tls, role: .operator, bundleKey: bundleKey, name: "one",
            proof: key?.signature(of: enrolment) ?? forged
        ).encoded()
    }

    enum Way: CaseIterable { case session, bundle }

    /// Has table 1 hear of entries by the founder.
    private func bring(_ entries: [[UInt8]], to world: World, by way: Way) throws {
        var author = Author(world, as: 0, lane: .control, incarnation: 5)
        for entry in entries {
            author.write(
                kind: ChangeKind.member, [(.entry, Body(.entry(entry)).encoded())])
        }
        switch way {
        case .bundle: try world.take(chunk: author.frame().encoded, from: 0, 1)
        case .session:
            let puppet = try Puppet(world, 1, tlsKeyHash: world.laptops[0].identity.tlsKeyHash)
            try puppet.greet()
            try puppet.say(author.frame())
        }
    }

    @Test(arguments: Way.allCases)
    func `an entry for a weak key, or without proof, lets nobody in`(way: Way) throws {
        let world = try World.team(["north gate", "table 1"])
        var entries: [[UInt8]] = []
        for key in WeakKeys.ed25519 {
            entries.append(
                try entry(world, node: try #require(NodeID(key)), by: nil, tls: mallory))
        }
        for (place, key) in WeakKeys.x25519.enumerated() {
            let newcomer = NodeKey()
            let tls = [UInt8(place)] + [UInt8](repeating: 8, count: 31)
            entries.append(
                try entry(world, node: newcomer.node, by: newcomer, tls: tls, bundleKey: key))
        }
        entries.append(try entry(world, node: NodeKey().node, by: NodeKey(), tls: mallory))
        let honest = NodeKey()
        entries.append(
            try entry(world, node: honest.node, by: honest, tls: mallory, bundleKey: mallory))
        try bring(entries, to: world, by: way)

        let members = try #require(world.laptops[1].laptop.membership?.members)
        #expect(members.count == 3)
        #expect(members[honest.node] != nil)
    }

    // MARK: - in use

    @Test(arguments: WeakKeys.ed25519)
    func `what a weak key signed is refused`(key: [UInt8]) throws {
        let world = try World.team(["north gate", "table 1"])
        let node = try #require(NodeID(key))
        var author = Author(world, forging: node, signature: forged, incarnation: 5)
        author.write([(Fields.surname, [0, 0] + Array("one".utf8))])
        #expect(throws: FormatError.self) {
            try world.take(chunk: author.frame().encoded, from: 0, 1)
        }
        let puppet = try Puppet(world, 1, tlsKeyHash: world.laptops[0].identity.tlsKeyHash)
        try puppet.greet()
        try puppet.say(author.frame())
        #expect(try puppet.heardBye()?.knownReason == .protocolError)
        #expect(try world.counts(1).held == 0)

        var manifest = Manifest(
            register: [], source: node, startNonce: 1, earlierNonces: [], createdAt: 0,
            targets: [], vector: [], contents: [], chunks: [])
        manifest.signature = forged
        #expect(!Laptop.isSigned(manifest))
        #expect(!node.verifies(forged, of: [1]))
    }
}
