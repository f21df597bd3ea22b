import RollcallCore
import RollcallWire
import Testing

/// The messages of section 7, the changes message left out.
enum MessageDecoders {
    static let all: [String: VectorTests.Decoder] = [
        "hello": hello, "received_hello": receivedHello, "have": have,
        "received_have": receivedHave,
        "sift": sift, "trace": trace, "plan": plan, "ack": ack, "credit": credit, "bye": bye,
        "admission": admission,
        "addresses": addresses, "ping": ping,
    ]

    private static func hello(_ vector: VectorFile) throws -> Decoded {
        let hello = try Hello(vector.bytes)
        var decoded = Decoded(encoded: hello.encoded())
        decoded.add("hello.magic", bytes: Array("RCL1".utf8))
        decoded.add("hello.lowest", hello.lowestVersion)
        decoded.add("hello.highest", hello.highestVersion)
        decoded.add("hello.register", bytes: hello.register)
        decoded.add("hello.start_nonce", hello.startNonce)
        decoded.add("hello.wall_clock", hello.wallClock)
        decoded.add("hello.window", hello.window)
        decoded.add("hello.capabilities", hello.capabilities)
        decoded.add("hello.dictionaries.count", hello.dictionaries.count)
        for (position, dictionary) in hello.dictionaries.enumerated() {
            decoded.add("hello.dictionaries.\(position)", tag: dictionary)
        }
        decoded.add("hello.digest", bytes: hello.digest)
        decoded.add("hello.base", tag: hello.base)
        tell(&decoded, "hello.changed", hello.changed)
        decoded.add("hello.earlier_nonces.count", hello.earlierNonces.count)
        for (position, nonce) in hello.earlierNonces.enumerated() {
            decoded.add("hello.earlier_nonces.\(position)", nonce)
        }
        decoded.add("hello.items.count", hello.items.count)
        for (position, item) in hello.items.enumerated() {
            decoded.add("hello.items.\(position).type", item.type)
            decoded.add("hello.items.\(position).bytes", bytes: item.content)
        }
        return decoded
    }

    private static func tell(_ decoded: inout Decoded, _ path: String, _ entries: [HaveEntry]) {
        decoded.add("\(path).count", entries.count)
        for (position, entry) in entries.enumerated() {
            decoded.add("\(path).\(position).tag", tag: entry.tag)
            decoded.add("\(path).\(position).height", entry.height)
            decoded.add("\(path).\(position).hash", tag: entry.hash)
        }
    }

    /// What a session does with a hello, for the outcomes that have vectors.
    private static func receivedHello(_ vector: VectorFile) throws -> Decoded {
        let hello = try Hello(vector.bytes)
        guard hello.lowestVersion <= Limits.version, hello.highestVersion >= Limits.version else {
            throw SessionOutcome.version
        }
        guard hello.register == vector.givenBytes("register") else { throw SessionOutcome.register }
        var decoded = Decoded()
        decoded.add("hello.accepted", "yes")
        return decoded
    }

    private static func have(_ vector: VectorFile) throws -> Decoded {
        let have = try Have(vector.bytes)
        var decoded = Decoded(encoded: have.encoded())
        tell(&decoded, "have.live", have.live)
        decoded.add("have.held.count", have.held.count)
        for (position, run) in have.held.enumerated() {
            decoded.add("have.held.\(position).tag", tag: run.tag)
            decoded.add("have.held.\(position).from", run.first)
            decoded.add("have.held.\(position).to", run.last)
        }
        decoded.add("have.ended.count", have.ended.count)
        for (position, ended) in have.ended.enumerated() {
            decoded.add("have.ended.\(position).node", tag: ended.nodeTag)
            decoded.add("have.ended.\(position).count", ended.count)
            decoded.add("have.ended.\(position).digest", tag: ended.digest)
        }
        return decoded
    }

    private static func receivedHave(_ vector: VectorFile) throws -> Decoded {
        let have = try Have(vector.bytes)
        let own = vector.givenList("own")
        for entry in have.live {
            let start = "\(Hex.text(entry.tag)) \(entry.height) "
            guard let known = own.first(where: { $0.hasPrefix(start) }) else { continue }
            guard known == start + Hex.text(entry.hash) else { throw SessionOutcome.fork }
        }
        var decoded = Decoded()
        decoded.add("have.accepted", "yes")
        return decoded
    }

    private static func sift(_ vector: VectorFile) throws -> Decoded {
        let sift = try Sift(vector.bytes)
        var decoded = Decoded(encoded: sift.encoded())
        decoded.add("sift.node", tag: sift.nodeTag)
        decoded.add("sift.ranges.count", sift.ranges.count)
        for (position, range) in sift.ranges.enumerated() {
            let path = "sift.ranges.\(position)"
            decoded.add("\(path).lowest", range.lowest)
            decoded.add("\(path).highest", range.highest)
            switch range.part {
            case .digest(let count, let digest):
                decoded.add("\(path).how", 0)
                decoded.add("\(path).count", count)
                decoded.add("\(path).digest", tag: digest)
            case .list(let entries, let wantsAnswer):
                decoded.add("\(path).how", wantsAnswer ? 1 : 2)
                tell(&decoded, "\(path).entries", entries)
            case .equal:
                decoded.add("\(path).how", 3)
            }
        }
        return decoded
    }

    private static func plan(_ vector: VectorFile) throws -> Decoded {
        let plan = try Plan(vector.bytes)
        var decoded = Decoded(encoded: plan.encoded())
        decoded.add("plan.control_changes", plan.controlChanges)
        decoded.add("plan.control_bytes", plan.controlBytes)
        decoded.add("plan.data_changes", plan.dataChanges)
        decoded.add("plan.data_bytes", plan.dataBytes)
        return decoded
    }

    private static func trace(_ vector: VectorFile) throws -> Decoded {
        let trace = try Trace(vector.bytes)
        var decoded = Decoded(encoded: trace.encoded())
        decoded.add("trace.tag", tag: trace.tag)
        decoded.add("trace.points.count", trace.points.count)
        for (position, point) in trace.points.enumerated() {
            decoded.add("trace.points.\(position).height", point.height)
            decoded.add("trace.points.\(position).hash", tag: point.hash)
        }
        return decoded
    }

    private static func ack(_ vector: VectorFile) throws -> Decoded {
        let ack = try Ack(vector.bytes)
        var decoded = Decoded(encoded: ack.encoded())
        decoded.add("ack.replicas.count", ack.entries.count)
        for (position, entry) in ack.entries.enumerated() {
            decoded.add("ack.replicas.\(position).tag", tag: entry.tag)
            decoded.add("ack.replicas.\(position).height", entry.height)
        }
        return decoded
    }

    private static func credit(_ vector: VectorFile) throws -> Decoded {
        let credit = try Credit(vector.bytes)
        var decoded = Decoded(encoded: credit.encoded())
        decoded.add("credit.bytes", credit.byteCount)
        return decoded
    }

    private static func bye(_ vector: VectorFile) throws -> Decoded {
        let bye = try Bye(vector.bytes)
        var decoded = Decoded(encoded: bye.encoded())
        decoded.add("bye.reason", bye.reason)
        decoded.add("bye.text", text: bye.text)
        return decoded
    }

    private static func admission(_ vector: VectorFile) throws -> Decoded {
        let admission = try Admission(vector.bytes)
        var decoded = Decoded(encoded: admission.encoded())
        decoded.add("admission.messages", admission.messages.count)
        for (position, bytes) in admission.messages.enumerated() {
            var table = ReplicaTable()
            var numbering = SessionReplicas()
            let message = try ChangesMessage(bytes, table: &table, numbering: &numbering)
            guard table[message.replica].lane == .control, message.first == 1 else {
                throw FormatError(.badReference, "admission")
            }
            decoded.add("admission.\(position).replica", bytes: table[message.replica].bytes)
            decoded.add("admission.\(position).first", message.first)
            decoded.add("admission.\(position).changes", message.changes.count)
        }
        return decoded
    }

    private static func addresses(_ vector: VectorFile) throws -> Decoded {
        let addresses = try Addresses(vector.bytes)
        var decoded = Decoded(encoded: addresses.encoded())
        decoded.add("addresses.nodes.count", addresses.entries.count)
        for (position, entry) in addresses.entries.enumerated() {
            let path = "addresses.nodes.\(position)"
            decoded.add("\(path).node", bytes: entry.node.bytes)
            decoded.add("\(path).texts.count", entry.addresses.count)
            for (place, text) in entry.addresses.enumerated() {
                decoded.add("\(path).texts.\(place)", text: text)
            }
        }
        return decoded
    }

    private static func ping(_ vector: VectorFile) throws -> Decoded {
        try ByteReader(vector.bytes).finish("ping")
        return Decoded(encoded: [])
    }
}
