import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire
import Testing

/// What a member signs and one laptop takes must be something that it can pass on.
@Suite struct PoisonTests {
    /// A sound segment of 256 values of 6,500 bytes, 140 of them different, in less than a frame.
    ///
    /// It has 140 lines and an index for each value. A laptop that sends it on writes each value out, since more than
    /// half of them differ.
    private func segment(by key: NodeKey, _ register: RegisterID) throws -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(0)
        ReplicaID(node: key.node, lane: .data, incarnation: 5).encode(to: &writer)
        writer.raw([1, 0, 1])
        writer.varint(256)
        let signatureStart = writer.bytes.count
        // Signature, salts as by rule: the block's root; no other replicas.
        writer.raw([UInt8](repeating: 0, count: 64 + 1 + 16 + 1))
        for value in [ChangeKind.edit, 0, 0, 0, 0, 0] {
            writer.u8(0)
            writer.varint(value)
        }
        writer.raw([1, 1])
        writer.varint(UInt64(Fields.surname.rawValue))
        // The shape of each, one empty head, names counts, the head of each; then values as a dictionary.
        writer.raw([0, 0, 1, 0, 0, 0, 0, 0, 2])
        writer.varint(140)
        for index in 0..<140 {
            writer.raw([UInt8](repeating: 0x61, count: 6_500))
            writer.raw("\(index)\n".utf8)
        }
        for index in 0..<256 { writer.u8(UInt8(index % 140)) }

        var table = ReplicaTable()
        var numbering = SessionReplicas()
        let message = try ChangesMessage(writer.bytes, table: &table, numbering: &numbering)
        let chain = Chain(register: register)
        let salts = SaltTree(root: [UInt8](repeating: 0, count: 16), blockStart: 1)
        var hash = chain.start(of: table[message.replica])
        for change in message.changes {
            let leaf = salts.leaf(change.dot.counter) ?? []
            hash = chain.link(hash, change, Chain.commitments(to: change, leaf: leaf), table)
        }
        let signature = key.signature(
            of: chain.headMessage(table[message.replica], message.last, hash))
        writer.bytes.replaceSubrange(signatureStart..<(signatureStart + 64), with: signature)
        return writer.bytes
    }

    @Test func `a segment that could not be passed on is not taken`() throws {
        let world = try World.team(["north gate", "table 1", "table 2"])
        let register = try #require(world.laptops[0].laptop.membership?.register)
        let puppet = try Puppet(world, 0, tlsKeyHash: world.laptops[1].identity.tlsKeyHash)
        try puppet.greet()
        let bytes = try segment(by: world.laptops[1].identity.key, register)
        try puppet.say(Frame(.changes, bytes, compression: Compression()))
        #expect(try puppet.heardBye()?.knownReason == .tooLong)
        #expect(try world.counts(0).records == 0)

        try world.plug(0, 2)
        #expect(world.arePlugged(0, 2))
    }
}
