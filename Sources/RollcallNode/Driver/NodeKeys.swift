import Logging
import RollcallControl
import RollcallStore
import RollcallTrust

/// The keys of an open laptop, and whether its home has them.
struct NodeKeys: Sendable {
    var ring: KeyRing
    /// Nothing is on the disk before somebody founds or joins a register, and says how it is to be locked.
    var isKept: Bool
}

extension Driver {
    var hasPassphrase: Bool { keys.isKept && !keys.ring.file.isOpenToAll }

    /// What protects this home; nil while nothing is kept in it.
    var protection: String? {
        guard keys.isKept else { return nil }
        return hasPassphrase ? "passphrase" : "none"
    }

    /// Begins to keep this home on the disk, under a passphrase or open to all; does nothing where a register is kept already.
    func settle(_ protection: Protection?, operatorName: String) throws {
        guard !keys.isKept else { return try protectAnew(protection, operatorName) }
        guard let protection else {
            throw ControlError(
                .passphraseNeeded, "nothing is kept on this laptop before it has a passphrase",
                hint: "give one, or try it out with --no-passphrase")
        }
        var chance = SystemRandomNumberGenerator()
        var ring = keys.ring
        if case .passphrase(let text) = protection {
            let name = try Self.name(operatorName, "operator")
            ring = try Self.unlocking {
                try ring.protected(by: try Self.passphrase(text), name: name, &chance)
            }
        }
        do {
            try home.store(ring.file)
            try store.disk.settle(at: home.registerPath)
        } catch {
            try? home.destroyKeys()
            throw error
        }
        keys = NodeKeys(ring: ring, isKept: true)
    }

    /// A join that failed left its keys here: what protects them is what the next one says, and never less than before.
    private func protectAnew(_ protection: Protection?, _ operatorName: String) throws {
        guard registerText == nil, case .passphrase(let text) = protection else { return }
        let passphrase = try Self.passphrase(text)
        let name = try Self.name(operatorName, "operator")
        var chance = SystemRandomNumberGenerator()
        try keep { ring in
            ring = try Self.unlocking { try ring.protected(by: passphrase, name: name, &chance) }
        }
    }

    static func passphrase(_ text: String) throws -> Passphrase {
        guard let passphrase = Passphrase(text) else {
            throw ControlError(
                .badValue,
                "a passphrase has \(Passphrase.bytesMin) to \(Passphrase.bytesMax) bytes",
                hint: "several words that nobody would put together are best")
        }
        return passphrase
    }

    /// Errors of keys as a command tells them.
    static func unlocking<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let error as UnlockError {
            throw ControlError(error)
        }
    }

    // MARK: - passphrases

    func passphrases() throws -> [PassphraseReport] {
        keys.ring.names.compactMap { name in name.map { PassphraseReport(name: $0) } }
    }

    /// Changes who can unlock; whoever asks shows that they can.
    func change(_ order: PassphraseOrder, current: String?) throws {
        guard keys.isKept else {
            throw ControlError(.noRegister, "this laptop has no register yet")
        }
        var chance = SystemRandomNumberGenerator()
        guard hasPassphrase else { return try protect(order, &chance) }
        var ring = try opened(by: current ?? "")
        try Self.unlocking {
            switch order {
            case .add(let name, let text):
                try ring.add(
                    try Self.passphrase(text), name: try Self.name(name, "name"), &chance)
            case .change(let name, let text):
                let name = name ?? ring.openedSlot.flatMap { ring.names[$0] } ?? ""
                try ring.replace(name: name, by: try Self.passphrase(text), &chance)
            case .remove(let name): try ring.remove(name: name, &chance)
            }
        }
        try home.store(ring.file)
        keys.ring = ring
    }

    /// The first passphrase of a laptop that was open to all.
    private func protect(
        _ order: PassphraseOrder, _ chance: inout SystemRandomNumberGenerator
    ) throws {
        guard case .add(let wanted, let text) = order else {
            throw ControlError(
                .noPassphrase, "this laptop has no passphrase yet",
                hint: "set one with `rollcall passphrase add`")
        }
        let passphrase = try Self.passphrase(text)
        let name = try Self.name(wanted, "name")
        try keep { ring in
            ring = try Self.unlocking { try ring.protected(by: passphrase, name: name, &chance) }
        }
    }

    /// Throws unless it unlocks this laptop.
    func checkPassphrase(_ text: String) throws { _ = try opened(by: text) }

    private func opened(by text: String) throws -> KeyRing {
        guard let passphrase = Passphrase(text) else {
            throw ControlError(UnlockError.wrongPassphrase)
        }
        return try Self.unlocking { try KeyRing(keys.ring.file, passphrase: passphrase) }
    }

    // MARK: - epochs

    /// After an erasure, and after a crash that came before this was done.
    ///
    /// The erasure itself is durable by then, and says so; what fails here is tried again with the next write, and at each start.
    func finishErasing() {
        guard store.mustRotate || keys.ring.epochs.count > 1, !store.isTransactionOpen else {
            return
        }
        do {
            try rotateEpoch()
        } catch {
            logger.error(
                "the keys that covered what was erased are not replaced yet",
                metadata: ["error": "\(error)"])
        }
    }

    /// Makes unreadable what the disk still keeps of keys that are gone.
    ///
    /// The order is what a crash may fall between: both keys on the disk, then all rows under the new one, then the old one's end.
    func rotateEpoch() throws {
        var chance = SystemRandomNumberGenerator()
        if store.mustRotate || store.isRotating {
            if !store.isRotating { try keep { try $0.addEpoch(&chance) } }
            if let newest = keys.ring.epochs.last { try store.rotate(to: newest) }
        }
        try keep { try $0.dropEarlierEpochs(&chance) }
    }

    /// Changes the keys, first on the disk.
    private func keep(_ change: (inout KeyRing) throws -> Void) throws {
        var ring = keys.ring
        try change(&ring)
        if keys.isKept { try home.store(ring.file) }
        keys.ring = ring
    }
}

extension ControlError {
    init(_ error: UnlockError) {
        switch error {
        case .passphraseNeeded: self.init(.locked, "this laptop is locked")
        case .wrongPassphrase:
            self.init(
                .wrongPassphrase, "the passphrase is wrong",
                hint: "it is taken as it was typed: look at the keyboard's layout and at capitals")
        case .damaged: self.init(.badFile, "the passphrase is right, but the keys are damaged")
        case .noMemory: self.init(.busy, "there is no memory free: a passphrase takes 128 MiB")
        case .noFreeSlot:
            self.init(.badValue, "eight passphrases are the most", hint: "remove one first")
        case .noSuchSlot: self.init(.badValue, "nobody of this name has a passphrase")
        case .lastSlot: self.init(.badValue, "the last passphrase stays")
        case .nameTaken: self.init(.badValue, "somebody of this name has a passphrase already")
        }
    }
}
