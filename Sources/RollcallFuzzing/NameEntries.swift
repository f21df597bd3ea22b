import RollcallCore
import RollcallNode
import RollcallTrust
import RollcallWire

/// Who is who: entries of the control lane, and names as people type them.
enum NameEntries {
    static let all = [
        Decoder("member", bytesMax: 1_024) { bytes in try member(bytes) },
        Decoder("operator", bytesMax: 1_024) { bytes in
            MessageEntries.written(try OperatorEntry(bytes).encoded(), bytes)
        },
        Decoder("role", bytesMax: 128) { bytes in
            MessageEntries.written(try RoleEntry(bytes).encoded(), bytes)
        },
        Decoder("revoke") { bytes in
            MessageEntries.written(try RevokeEntry(bytes).encoded(), bytes)
        },
        Decoder("adopt") { bytes in
            MessageEntries.written(try AdoptEntry(bytes).encoded(), bytes)
        },
        Decoder("erase") { bytes in try erase(bytes) },
        Decoder("retention", bytesMax: 2_048) { bytes in
            MessageEntries.written(try RetentionEntry(bytes).encoded(), bytes)
        },
        Decoder("hold") { bytes in try hold(bytes) },
        Decoder("bundle-key", bytesMax: 64) { bytes in
            MessageEntries.written(try KeyEntry(bytes).encoded(), bytes)
        },
        Decoder("recovery", bytesMax: 1_024) { bytes in try recovery(bytes) },
        Decoder("recovery-key", bytesMax: 512) { bytes in recoveryKey(typed(bytes)) },
        Decoder("custody", bytesMax: 16) { bytes in
            MessageEntries.written(try CustodyEntry(bytes).encoded(), bytes)
        },
        Decoder("key-file") { bytes in
            // With the hash at its end as it should be, which chance would not find.
            let whole = bytes + sha256(bytes)
            guard let file = KeyFile(encoded: whole) else { return }
            MessageEntries.written(file.encoded(), whole)
            _ = try? KeyRing(file, passphrase: nil)
        },
        Decoder("genesis", bytesMax: 2_048) { bytes in
            let genesis = try Genesis(bytes)
            MessageEntries.written(genesis.encoded(), bytes)
            _ = genesis.register.text
        },
        Decoder("join-code", bytesMax: 256) { bytes in joinCode(typed(bytes)) },
        Decoder("typed-id", bytesMax: 256) { bytes in typedID(typed(bytes)) },
        Decoder("register-id", bytesMax: 256) { bytes in
            let register = try RegisterID(typed: typed(bytes))
            require(
                try RegisterID(typed: register.checkedText) == register,
                "a register as it is shown")
        },
        Decoder("address", bytesMax: 512) { bytes in address(typed(bytes)) },
        Decoder("identity-file") { bytes in
            guard let identity = NodeIdentityFile(encoded: bytes) else { return }
            MessageEntries.written(identity.encoded(), bytes)
        },
    ]

    private static let register = RegisterID([UInt8](repeating: 3, count: 16))

    /// What comes from a keyboard or in JSON is UTF-8 by the time it is text.
    static func typed(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func member(_ bytes: [UInt8]) throws {
        let entry = try MemberEntry(bytes)
        MessageEntries.written(entry.encoded(), bytes)
        _ = entry.isProven(in: register)
        _ = entry.node.text
        _ = entry.node.verifies(entry.proof, of: entry.tlsKeyHash)
    }

    /// Replicas that no dot names need not be listed, and then are not when it is written again.
    private static func erase(_ bytes: [UInt8]) throws {
        let entry = try EraseEntry(bytes)
        require(try EraseEntry(entry.encoded()) == entry, "an erasure as it was")
    }

    private static func hold(_ bytes: [UInt8]) throws {
        let entry = try HoldEntry(bytes)
        require(try HoldEntry(entry.encoded()) == entry, "a hold as it was")
    }

    private static func recovery(_ bytes: [UInt8]) throws {
        let entry = try RecoveryEntry(bytes)
        MessageEntries.written(entry.encoded(), bytes)
        guard case .recover(let recovery) = entry else { return }
        let id = ReplicaID(node: recovery.proofs[0].key, lane: .control, incarnation: 1)
        _ = recovery.isSigned(in: register, at: id, 1)
    }

    private static func recoveryKey(_ text: String) {
        guard let key = try? RecoveryKey(typed: text) else { return }
        let again = try? RecoveryKey(typed: key.text)
        require(again?.key.secret == key.key.secret, "a key can be typed as it is printed")
    }

    private static func joinCode(_ text: String) {
        guard let code = JoinCode(text) else { return }
        require(JoinCode(code.text) == code, "a code can be typed as it is shown")
        _ = code.key
    }

    private static func typedID(_ text: String) {
        guard let values = Base32.values(text) else { return }
        require(Base32.values(Base32.text(values)) == values, "digits as they are shown")
        if let number = Base32.number(values) {
            let shown = Base32.digits(number, count: 13)
            require(Base32.values(shown).flatMap { Base32.number($0) } == number, "a number again")
        }
        if let digits = try? Base32.checked(text, digitCount: 10), digits.count == 9 {
            require(Base32.number(digits) != nil, "nine digits are a number")
        }
    }

    private static func address(_ text: String) {
        guard let address = NetworkAddress(text) else { return }
        require(NetworkAddress(address.description) == address, "an address as it is shown")
    }
}
