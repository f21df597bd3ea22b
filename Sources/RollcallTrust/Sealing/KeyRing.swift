import RollcallCore

/// The opened keys of a laptop, and the file in which they are kept.
///
/// A value: whoever changes it writes ``file`` to the disk before anything relies on the change.
public struct KeyRing: Sendable {
    public private(set) var file: KeyFile
    private let root: SealingKey
    /// All under which rows may lie, the newest last.
    public private(set) var epochs: [EpochKey]
    /// The node's own keys, in a form of the node module's.
    public let identity: [UInt8]
    /// Who unlocks with which slot; nil for one that nobody does.
    public private(set) var names: [String?]
    /// The slot that opened it, where a passphrase did.
    public private(set) var openedSlot: Int?

    public static let nameBytesMax = 64

    // MARK: - made and opened

    /// New keys: for a passphrase, or without one.
    public init(
        identity: [UInt8], passphrase: (Passphrase, name: String)?,
        stretching: Stretching = .standard, _ chance: inout some RandomNumberGenerator
    ) throws {
        self.identity = identity
        root = .random(&chance)
        epochs = [EpochKey(number: 1, &chance)]
        names = [String?](repeating: nil, count: KeyFile.slotCount)
        names[0] = passphrase?.name ?? ""
        openedSlot = 0
        file = KeyFile(isOpenToAll: passphrase == nil, stretching: stretching, &chance)
        try file.fill(slot: 0, root, under: try file.unlockKey(passphrase?.0), &chance)
        try sealContent(&chance)
    }

    /// Opens a file; throws ``UnlockError``.
    public init(_ file: KeyFile, passphrase: Passphrase?) throws {
        self.file = file
        let (slot, root) = try file.root(try file.unlockKey(passphrase))
        self.root = root
        openedSlot = slot
        guard let content = root.open(file.content[...], context: file.head) else {
            throw UnlockError.damaged
        }
        (epochs, identity, names) = try Self.content(content)
    }

    private static func content(
        _ bytes: [UInt8]
    ) throws -> (epochs: [EpochKey], identity: [UInt8], names: [String?]) {
        var reader = ByteReader(bytes)
        var epochs: [EpochKey] = []
        let epochCount = try reader.count("epochs", bytesEach: 4 + SealingKey.byteCount)
        for _ in 0..<epochCount {
            let number = try reader.u32("epoch")
            epochs.append(
                EpochKey(number: number, bytes: try reader.raw(SealingKey.byteCount, "key")))
        }
        let identity = try reader.byteString("identity")
        var names: [String?] = []
        for _ in 0..<KeyFile.slotCount {
            let isUsed = try reader.u8("slot") != 0
            let name = try reader.text("name")
            names.append(isUsed ? name : nil)
        }
        guard !epochs.isEmpty else { throw UnlockError.damaged }
        return (epochs, identity, names)
    }

    private mutating func sealContent(_ chance: inout some RandomNumberGenerator) throws {
        var writer = ByteWriter(reserving: 1_024)
        writer.varint(epochs.count)
        for epoch in epochs {
            writer.u32(epoch.number)
            writer.raw(epoch.key.bytes)
        }
        writer.byteString(identity)
        for name in names {
            writer.u8(name == nil ? 0 : 1)
            writer.text(name ?? "")
        }
        // Of one size, however many slots are used.
        let paddedTo = 2_048
        writer.raw([UInt8](repeating: 0, count: max(0, paddedTo - writer.bytes.count)))
        file.content = try root.seal(writer.bytes, context: file.head, &chance)
    }

    // MARK: - passphrases

    /// Lets another passphrase unlock.
    public mutating func add(
        _ passphrase: Passphrase, name: String, _ chance: inout some RandomNumberGenerator
    ) throws {
        guard !names.contains(name) else { throw UnlockError.nameTaken }
        guard let slot = names.firstIndex(of: nil) else { throw UnlockError.noFreeSlot }
        try file.fill(slot: slot, root, under: try file.unlockKey(passphrase), &chance)
        names[slot] = name
        try sealContent(&chance)
    }

    /// Puts a passphrase in the place of the one of this name.
    public mutating func replace(
        name: String, by passphrase: Passphrase, _ chance: inout some RandomNumberGenerator
    ) throws {
        guard let slot = names.firstIndex(of: name) else { throw UnlockError.noSuchSlot }
        try file.fill(slot: slot, root, under: try file.unlockKey(passphrase), &chance)
    }

    /// Takes a passphrase away; the last one stays.
    public mutating func remove(
        name: String, _ chance: inout some RandomNumberGenerator
    ) throws {
        guard let slot = names.firstIndex(of: name) else { throw UnlockError.noSuchSlot }
        guard names.count(where: { $0 != nil }) > 1 else { throw UnlockError.lastSlot }
        file.empty(slot: slot, &chance)
        names[slot] = nil
        try sealContent(&chance)
    }

    /// The same keys under a new root: what the old file gave away opens this one no more.
    public func protected(
        by passphrase: Passphrase, name: String, stretching: Stretching = .standard,
        _ chance: inout some RandomNumberGenerator
    ) throws -> KeyRing {
        var ring = try KeyRing(
            identity: identity, passphrase: (passphrase, name), stretching: stretching, &chance)
        ring.epochs = epochs
        try ring.sealContent(&chance)
        return ring
    }

    // MARK: - epochs

    /// Puts the key of the next epoch beside the present one.
    public mutating func addEpoch(_ chance: inout some RandomNumberGenerator) throws {
        guard let last = epochs.last else { throw UnlockError.damaged }
        epochs.append(last.next(&chance))
        try sealContent(&chance)
    }

    /// Forgets all epochs but the newest.
    public mutating func dropEarlierEpochs(_ chance: inout some RandomNumberGenerator) throws {
        epochs = Array(epochs.suffix(1))
        try sealContent(&chance)
    }
}
