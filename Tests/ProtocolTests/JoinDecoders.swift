import RollcallCore
import RollcallTrust
import RollcallWire
import Testing

/// Joining and entries: sections 9 and 10.
enum JoinDecoders {
    static let all: [String: VectorTests.Decoder] = [
        "code": code, "join_offer": offer, "join_answer": answer, "join_proof": proof,
        "join_accept": accept, "join_admitted": admitted, "join_transcript": transcript,
        "operator": operatorEntry, "received_member": receivedMember, "role": role,
        "revoke": revoke, "erase": erase, "adopt": adopt, "retention": retention, "hold": hold,
        "key_entry": key, "class_key": classKey, "class_sealed": classSealed,
        "recovery": recovery, "recovery_key": recoveryKey,
        "custody": custody,
        "join_request": joinRequest, "request": request, "request_number": requestNumber,
    ]

    private static func code(_ vector: VectorFile) throws -> Decoded {
        let code = try JoinCode(strictly: try NameDecoders.typed(vector))
        var decoded = Decoded()
        decoded.add("code.digits", String(code.text.filter { $0 != "-" }.prefix(19)))
        decoded.add("code.key", bytes: code.key)
        return decoded
    }

    private static func offer(_ vector: VectorFile) throws -> Decoded {
        let offer = try JoinOffer(vector.bytes)
        var decoded = Decoded(encoded: offer.encoded())
        decoded.add("join_offer.node", bytes: offer.node)
        decoded.add("join_offer.random", bytes: offer.random)
        decoded.add("join_offer.bundle_key", bytes: offer.bundleKey)
        decoded.add("join_offer.name", text: offer.name)
        return decoded
    }

    private static func answer(_ vector: VectorFile) throws -> Decoded {
        let answer = try JoinAnswer(vector.bytes)
        var decoded = Decoded(encoded: answer.encoded())
        decoded.add("join_answer.node", bytes: answer.node)
        decoded.add("join_answer.random", bytes: answer.random)
        decoded.add("join_answer.genesis", bytes: answer.genesis)
        return decoded
    }

    private static func proof(_ vector: VectorFile) throws -> Decoded {
        let proof = try JoinProof(vector.bytes)
        var decoded = Decoded(encoded: proof.encoded())
        decoded.add("join_proof.proof", bytes: proof.proof)
        decoded.add("join_proof.enrolment", bytes: proof.enrolment)
        return decoded
    }

    private static func accept(_ vector: VectorFile) throws -> Decoded {
        let accept = try JoinAccept(vector.bytes)
        var decoded = Decoded(encoded: accept.encoded())
        decoded.add("join_accept.proof", bytes: accept.proof)
        return decoded
    }

    private static func admitted(_ vector: VectorFile) throws -> Decoded {
        try ByteReader(vector.bytes).finish("join admitted")
        return Decoded(encoded: [])
    }

    private static func transcript(_ vector: VectorFile) throws -> Decoded {
        var reader = ByteReader(vector.bytes)
        let offer = try JoinOffer(try reader.byteString("offer"))
        let answer = try JoinAnswer(try reader.byteString("answer"))
        try reader.finish("transcript")
        let transcript = JoinTranscript(
            newcomerTLSKeyHash: try #require(vector.givenBytes("newcomer_tls")),
            inviterTLSKeyHash: try #require(vector.givenBytes("inviter_tls")), offer: offer,
            answer: answer, genesis: try Genesis(answer.genesis))
        let typed = try #require(vector.given["code"])
        let code = try #require(JoinCode(typed))
        let newcomerProof = transcript.newcomerProof(code)
        let inviterProof = transcript.inviterProof(code)
        #expect(transcript.isNewcomerProof(newcomerProof, code))
        #expect(!transcript.isNewcomerProof(inviterProof, code))
        #expect(!transcript.isInviterProof(newcomerProof, code))
        let words = transcript.words.split(separator: " ").compactMap { word in
            JoinWords.all.firstIndex(of: String(word)).map(String.init)
        }
        var decoded = Decoded()
        decoded.add("join.transcript", bytes: transcript.hash)
        decoded.add("join.newcomer_proof", bytes: newcomerProof)
        decoded.add("join.inviter_proof", bytes: inviterProof)
        decoded.add("join.words", words.joined(separator: " "))
        return decoded
    }

    private static func tell(
        _ request: JoinRequest, _ path: String, _ decoded: inout Decoded
    ) {
        decoded.add("\(path).register", bytes: request.register)
        decoded.add("\(path).node", bytes: request.node.bytes)
        decoded.add("\(path).tls_key", bytes: request.tlsKey)
        decoded.add("\(path).bundle_key", bytes: request.bundleKey)
        decoded.add("\(path).name", text: request.name)
        decoded.add("\(path).enrolment", bytes: request.enrolment)
        decoded.add("\(path).signature", bytes: request.signature)
    }

    private static func joinRequest(_ vector: VectorFile) throws -> Decoded {
        let request = try JoinRequest(vector.bytes)
        var decoded = Decoded(encoded: request.encoded())
        tell(request, "join_request", &decoded)
        return decoded
    }

    private static func request(_ vector: VectorFile) throws -> Decoded {
        let request = try JoinRequest(file: vector.bytes)
        try request.check()
        var decoded = Decoded(encoded: request.file)
        tell(request, "request", &decoded)
        decoded.add("request.number", request.number.text)
        return decoded
    }

    private static func requestNumber(_ vector: VectorFile) throws -> Decoded {
        let number = try RequestNumber(typed: try NameDecoders.typed(vector))
        var decoded = Decoded()
        decoded.add("number.digits", String(number.text.filter { $0 != "-" }.prefix(19)))
        return decoded
    }

    private static func operatorEntry(_ vector: VectorFile) throws -> Decoded {
        let entry = try OperatorEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("operator.name", text: entry.name)
        decoded.add("operator.role", entry.role.map { "\($0.rawValue)" } ?? "-")
        return decoded
    }

    private static func role(_ vector: VectorFile) throws -> Decoded {
        let entry = try RoleEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("role.node", bytes: entry.node.bytes)
        decoded.add("role.role", entry.role.rawValue)
        return decoded
    }

    private static func revoke(_ vector: VectorFile) throws -> Decoded {
        let entry = try RevokeEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("revoke.node", bytes: entry.node.bytes)
        decoded.add("revoke.reason", text: entry.reason)
        decoded.add("revoke.cuts.count", entry.cuts.count)
        for (place, cut) in entry.cuts.enumerated() {
            decoded.add("revoke.cuts.\(place).lane", cut.lane.rawValue)
            decoded.add("revoke.cuts.\(place).incarnation", cut.incarnation)
            decoded.add("revoke.cuts.\(place).height", cut.height)
            decoded.add("revoke.cuts.\(place).hash", bytes: cut.hash)
        }
        return decoded
    }

    private static func erase(_ vector: VectorFile) throws -> Decoded {
        let entry = try EraseEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        let shown = { (name: EraseEntry.Name) in "\(Hex.text(name.replica.bytes)) \(name.counter)" }
        decoded.add("erase.reason", text: entry.reason)
        decoded.add("erase.records.count", entry.records.count)
        for (place, erased) in entry.records.enumerated() {
            decoded.add("erase.records.\(place).record", shown(erased.record))
            for (turn, change) in erased.changes.enumerated() {
                decoded.add("erase.records.\(place).change.\(turn)", shown(change))
            }
        }
        return decoded
    }

    private static func adopt(_ vector: VectorFile) throws -> Decoded {
        let entry = try AdoptEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("adopt.verdict", entry.verdict.rawValue)
        decoded.add("adopt.reason", text: entry.reason)
        decoded.add("adopt.runs.count", entry.runs.count)
        for (place, run) in entry.runs.enumerated() {
            decoded.add("adopt.runs.\(place).replica", bytes: run.replica.bytes)
            decoded.add("adopt.runs.\(place).from", run.counters.lowerBound)
            decoded.add("adopt.runs.\(place).to", run.counters.upperBound)
            decoded.add("adopt.runs.\(place).hash", bytes: run.hash)
        }
        return decoded
    }

    private static func retention(_ vector: VectorFile) throws -> Decoded {
        let entry = try RetentionEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("retention.end", entry.endDay ?? 0)
        decoded.add("retention.reason", text: entry.reason)
        return decoded
    }

    private static func key(_ vector: VectorFile) throws -> Decoded {
        let entry = try KeyEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("key_entry.bundle", Hex.text(entry.recipient.bytes))
        return decoded
    }

    private static func classKey(_ vector: VectorFile) throws -> Decoded {
        let entry = try ClassKeyEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("class_key.act", entry.act.rawValue)
        decoded.add("class_key.class", entry.fieldClass)
        decoded.add("class_key.key", entry.keyID)
        decoded.add("class_key.wraps.count", entry.wraps.count)
        for (place, wrap) in entry.wraps.enumerated() {
            decoded.add("class_key.wraps.\(place).recipient", bytes: wrap.recipient.bytes)
            decoded.add("class_key.wraps.\(place).share", bytes: wrap.key.share)
            decoded.add("class_key.wraps.\(place).box", bytes: wrap.key.box)
        }
        if let identity = vector.givenBytes("identity") {
            let register = RegisterID(try #require(vector.givenBytes("register")))
            let key = entry.key(in: register, [try AgeIdentity(identity)])
            decoded.add("class_key.secret", bytes: key?.secret ?? [])
        }
        return decoded
    }

    private static func classSealed(_ vector: VectorFile) throws -> Decoded {
        let key = ClassKey(
            UInt8(try vector.givenNumber("class")), try #require(vector.givenBytes("secret")),
            RegisterID(try #require(vector.givenBytes("register"))))
        var replica = ByteReader(try #require(vector.givenBytes("replica")))
        let place = ClassKey.Place(
            record: try ReplicaID(from: &replica, "replica"), try vector.givenNumber("counter"),
            FieldNumber(UInt32(try vector.givenNumber("field"))))
        let stored = try Body(strictly: vector.bytes, vector.bytes.indices)
        guard let body = key.opened(stored, at: place) else {
            throw FormatError(.badSeal, "class sealed")
        }
        // The same value is sealed to the same bytes.
        var decoded = Decoded(
            encoded: key.sealed(body, at: place, openSource: stored.source).encoded())
        decoded.add("class_sealed.body", bytes: body.encoded())
        return decoded
    }

    private static func hold(_ vector: VectorFile) throws -> Decoded {
        let entry = try HoldEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("hold.verdict", entry.verdict.rawValue)
        decoded.add("hold.reason", text: entry.reason)
        decoded.add("hold.records.count", entry.records.count)
        for (place, record) in entry.records.enumerated() {
            decoded.add(
                "hold.records.\(place)", "\(Hex.text(record.replica.bytes)) \(record.counter)")
        }
        return decoded
    }

    /// Where a register and a dot are given, what the entry means there.
    private static func recovery(_ vector: VectorFile) throws -> Decoded {
        let entry = try RecoveryEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        var place: (register: RegisterID, replica: ReplicaID, counter: UInt64)?
        if let register = vector.givenBytes("register") {
            var reader = ByteReader(try #require(vector.givenBytes("replica")))
            place = (
                RegisterID(register), try ReplicaID(from: &reader, "replica"),
                try vector.givenNumber("counter")
            )
        }
        switch entry {
        case .keys(let keys):
            for (place, key) in keys.keys.enumerated() {
                decoded.add("recovery.keys.\(place)", bytes: key.bytes)
            }
            if let (register, replica, counter) = place {
                decoded.add(
                    "recovery.set", bytes: keys.set(in: register, of: replica, counter))
            }
        case .recover(let recovery):
            decoded.add("recovery.set", bytes: recovery.set)
            for (place, proof) in recovery.proofs.enumerated() {
                decoded.add("recovery.proofs.\(place).key", bytes: proof.key.bytes)
                decoded.add("recovery.proofs.\(place).signature", bytes: proof.signature)
            }
            if let (register, replica, counter) = place,
                !recovery.isSigned(in: register, at: replica, counter)
            {
                throw FormatError(.badSignature, "recovery")
            }
        }
        return decoded
    }

    private static func recoveryKey(_ vector: VectorFile) throws -> Decoded {
        let text = String(decoding: vector.bytes, as: UTF8.self)
        let key: RecoveryKey
        do throws(RecoveryKeyMistake) {
            key = try RecoveryKey(typed: text)
        } catch {
            throw FormatError(error.refusal, "group \(error.group)")
        }
        var decoded = Decoded(encoded: vector.bytes)
        decoded.add("key.secret", bytes: key.key.secret)
        decoded.add("key.public", bytes: key.key.node.bytes)
        decoded.add("key.text", key.text)
        return decoded
    }

    private static func custody(_ vector: VectorFile) throws -> Decoded {
        let entry = try CustodyEntry(vector.bytes)
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("custody.act", entry.act)
        return decoded
    }

    private static func receivedMember(_ vector: VectorFile) throws -> Decoded {
        let entry = try MemberEntry(vector.bytes)
        let register = RegisterID(try #require(vector.givenBytes("register")))
        guard !entry.node.isWeak else { throw FormatError(.weakKey, "member") }
        guard entry.isProven(in: register) else { throw FormatError(.badSignature, "member") }
        var decoded = Decoded(encoded: entry.encoded())
        decoded.add("member.node", bytes: entry.node.bytes)
        decoded.add("member.tls", bytes: entry.tlsKeyHash)
        decoded.add("member.role", entry.role)
        decoded.add("member.bundle_key", bytes: entry.bundleKey)
        decoded.add("member.name", text: entry.name)
        decoded.add("member.proof", bytes: entry.proof)
        return decoded
    }
}
