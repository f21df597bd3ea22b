import RollcallCore
import RollcallTrust
import Testing

/// Sections 2 and 3 of the specification, and.
enum NameDecoders {
    static let all: [String: VectorTests.Decoder] = [
        "varint": varint, "text": text, "base32": base32, "base32_of": base32Of,
        "check_digit": checkDigit, "typed_id": typedID,
        "register": register, "node": node, "key": key,
        "replica": replica, "branch": branch, "replica_order": replicaOrder, "record_id": recordID,
        "genesis": genesis,
    ]

    private static func varint(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        let number = try reader.varint("number")
        try reader.finish("number")
        var writer = ByteWriter()
        writer.varint(number)
        #expect(writer.bytes.count == ByteWriter.varintBytes(number))
        var decoded = Decoded(encoded: writer.bytes)
        decoded.add("varint", number)
        return decoded
    }

    private static func text(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        let text = try reader.text("text")
        try reader.finish("text")
        var writer = ByteWriter()
        writer.text(text)
        var decoded = Decoded(encoded: writer.bytes)
        decoded.add("text", text: text)
        return decoded
    }

    /// What a person typed.
    static func typed(_ vector: VectorFile) throws -> String {
        guard let text = String(validating: vector.bytes, as: UTF8.self) else {
            throw FormatError(.notUTF8, "typed")
        }
        return text
    }

    private static func register(_ vector: VectorFile) throws -> Decoded {
        let register = try RegisterID(typed: try typed(vector))
        #expect(try RegisterID(typed: register.checkedText) == register)
        var decoded = Decoded()
        decoded.add("register.bytes", bytes: register.bytes)
        decoded.add("register.text", register.checkedText)
        return decoded
    }

    private static func digits(_ text: String) throws -> [UInt8] {
        guard let values = Base32.values(text) else { throw FormatError(.badDigit, "digits") }
        return values
    }

    private static func base32(_ vector: VectorFile) throws -> Decoded {
        var decoded = Decoded()
        decoded.add("base32.digits", Base32.text(try digits(try typed(vector))))
        return decoded
    }

    private static func base32Of(_ vector: VectorFile) -> Decoded {
        var decoded = Decoded()
        decoded.add("base32", Base32.digits(vector.bytes))
        return decoded
    }

    private static func withCheck(_ digits: [UInt8]) -> String {
        Base32.text(digits + [Base32.checkDigit(digits)])
    }

    private static func checkDigit(_ vector: VectorFile) throws -> Decoded {
        var decoded = Decoded()
        decoded.add("checked", withCheck(try digits(try typed(vector))))
        return decoded
    }

    private static func typedID(_ vector: VectorFile) throws -> Decoded {
        var decoded = Decoded()
        decoded.add("id", withCheck(try Base32.checked(try typed(vector), digitCount: 10)))
        return decoded
    }

    private static func node(_ vector: VectorFile) throws -> Decoded {
        let node = try #require(NodeID(vector.bytes))
        var decoded = Decoded(encoded: node.bytes)
        decoded.add("node.text", node.text)
        decoded.add("node.tag", tag: node.tag)
        return decoded
    }

    private static func key(_ vector: VectorFile) throws -> Decoded {
        guard let node = NodeID(vector.bytes), !node.isWeak else {
            throw FormatError(.weakKey, "key")
        }
        var decoded = Decoded(encoded: node.bytes)
        decoded.add("key", bytes: node.bytes)
        return decoded
    }

    private static func replica(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        let replica = try ReplicaID(from: &reader, "replica")
        try reader.finish("replica")
        var decoded = Decoded(encoded: replica.bytes)
        decoded.add("replica.node", bytes: replica.node.bytes)
        decoded.add("replica.lane", replica.lane.rawValue)
        decoded.add("replica.incarnation", replica.text)
        decoded.add("replica.tag", tag: replica.tag)
        return decoded
    }

    private static func branch(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        let replica = try ReplicaID(from: &reader, "replica")
        let first = try reader.raw(32, "hash")
        try reader.finish("branch")
        var decoded = Decoded()
        decoded.add(
            "branch.name",
            bytes: try ChainDecoders.chain(vector).branch(of: replica, first: first).bytes)
        return decoded
    }

    private static func replicaOrder(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        var replicas: [ReplicaID] = []
        while !reader.isAtEnd { replicas.append(try ReplicaID(from: &reader, "replica")) }
        var decoded = Decoded()
        for (position, replica) in replicas.sorted(by: { $0.precedes($1) }).enumerated() {
            decoded.add("order.\(position)", bytes: replica.bytes)
        }
        return decoded
    }

    private static func recordID(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        let replica = try ReplicaID(from: &reader, "replica")
        let counter = try reader.u64("counter")
        try reader.finish("dot")
        let register = RegisterID(try #require(vector.givenBytes("register")))
        var table = ReplicaTable()
        let dot = Dot(table.insert(replica), counter)
        var writer = ByteWriter()
        table.encode(dot, to: &writer)
        var decoded = Decoded(encoded: writer.bytes)
        decoded.add("dot.text", table.text(dot))
        decoded.add("record.id", RegisterID.recordText(register.recordNumber(replica, counter)))
        return decoded
    }

    private static func genesis(_ vector: VectorFile) throws -> Decoded {
        let genesis = try Genesis(vector.bytes)
        var decoded = Decoded(encoded: genesis.encoded())
        decoded.add("genesis.node", bytes: genesis.founder.bytes)
        decoded.add("genesis.tls", bytes: genesis.founderTLSKeyHash)
        decoded.add("genesis.random", bytes: genesis.random)
        decoded.add("genesis.title", text: genesis.title)
        decoded.add("genesis.hash", bytes: genesis.hash)
        decoded.add("genesis.register", bytes: genesis.register.bytes)
        return decoded
    }
}
