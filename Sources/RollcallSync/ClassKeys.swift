public import RollcallCore
import RollcallTrust
import RollcallWire

/// The entries that count by which administrators gave keys of restricted classes.
public struct GivenClassKeys: Sendable {
    /// Causes first.
    private(set) var entries: [ClassKeyEntry] = []
    /// Under which key values of a class are sealed from now on.
    public private(set) var current: [UInt8: UInt32] = [:]

    init() {}

    init(_ counting: [ControlHistory.Judged], _ table: ReplicaTable) {
        var new: [UInt8: [ControlHistory.Judged]] = [:]
        for judged in counting {
            guard case .classKey(let entry) = judged.entry.act else { continue }
            entries.append(entry)
            if entry.act == .new { new[entry.fieldClass, default: []].append(judged) }
        }
        for (fieldClass, about) in new {
            let first = LatestEntries.of(about).min { table.precedes($0.entry.dot, $1.entry.dot) }
            if case .classKey(let entry)? = first?.entry.act { current[fieldClass] = entry.keyID }
        }
    }

    /// For whose keys one of a class is wrapped.
    func recipients(of key: UInt32, _ fieldClass: UInt8) -> Set<AgeRecipient> {
        var recipients: Set<AgeRecipient> = []
        for entry in entries where entry.keyID == key && entry.fieldClass == fieldClass {
            recipients.formUnion(entry.wraps.map(\.recipient))
        }
        return recipients
    }
}

/// Keys of the restricted classes: who gets them, and what is sealed under them.
extension Laptop {
    /// The restricted classes whose values this laptop can write and read now.
    public var openClasses: [UInt8] {
        ClassKey.classes.filter { currentKey(of: $0) != nil }
    }

    /// The restricted classes of which a key was given to a member.
    public func classes(givenTo node: NodeID) -> [UInt8] {
        guard let given = membership?.classKeys, let own = membership?.bundleKeysEver[node] else {
            return []
        }
        return ClassKey.classes.filter { fieldClass in
            guard let current = given.current[fieldClass] else { return false }
            return !given.recipients(of: current, fieldClass).isDisjoint(with: own)
        }
    }

    private func currentKey(of fieldClass: UInt8) -> ClassKey? {
        guard let id = membership?.classKeys.current[fieldClass] else { return nil }
        return key(fieldClass, id)
    }

    private func key(_ fieldClass: UInt8, _ id: UInt32) -> ClassKey? {
        classKeys.first { $0.fieldClass == fieldClass && $0.id == id }
    }

    // MARK: - looking after them

    /// Whether who may read what, or to whom it was given, may be otherwise than when it was last looked at.
    public var areKeysDue: Bool { membership.map { $0.settledCount != keysTendedAt } ?? false }

    /// Takes the keys that were given to this laptop; an administrator's gives them to all who may read, and makes new ones where
    /// somebody had the last who may read no more.
    ///
    /// - Returns: Whether this laptop can read more than before.
    public mutating func tendClassKeys(
        _ moment: Moment, _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Bool {
        self.moment = moment
        guard let membership, membership.isMember(node) else { return false }
        keysTendedAt = membership.settledCount
        let count = classKeys.count
        try takeGiven(storage, &output)
        if membership.isAdministrator(node) {
            for fieldClass in ClassKey.classes {
                if hasStrangers(fieldClass) { try makeKey(fieldClass, storage, &output) }
                for key in classKeys where key.fieldClass == fieldClass {
                    try give(key, storage, &output)
                }
            }
            keysTendedAt = self.membership?.settledCount ?? keysTendedAt
        }
        return classKeys.count > count
    }

    private mutating func takeGiven(
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        guard let given = membership?.classKeys.entries, !given.isEmpty else { return }
        let unknown = given.filter { key($0.fieldClass, $0.keyID) == nil }
        guard !unknown.isEmpty else { return }
        let identities = try bundleIdentities(storage)
        for entry in unknown where key(entry.fieldClass, entry.keyID) == nil {
            guard let key = entry.key(in: chain.register, identities) else { continue }
            classKeys.append(key)
            saveClassKeys(&output)
        }
    }

    /// The members that may read a class, in order.
    private func readers(of fieldClass: UInt8) -> [NodeID] {
        let members = membership?.members ?? [:]
        return members.values.filter { Role(rawValue: $0.role)?.mayRead(fieldClass) == true }
            .map(\.node).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    /// Whether there is no key of a class yet, or somebody has it who may not read.
    private func hasStrangers(_ fieldClass: UInt8) -> Bool {
        guard let membership, let current = membership.classKeys.current[fieldClass] else {
            return true
        }
        var known: Set<AgeRecipient> = []
        for node in readers(of: fieldClass) {
            known.formUnion(membership.bundleKeysEver[node] ?? [])
        }
        return !membership.classKeys.recipients(of: current, fieldClass).isSubset(of: known)
    }

    private mutating func makeKey(
        _ fieldClass: UInt8, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        let secret = (0..<ClassKey.secretBytes).map { _ in UInt8.random(in: 0...255, using: &chance)
        }
        let key = ClassKey(fieldClass, secret, chain.register)
        classKeys.append(key)
        saveClassKeys(&output)
        let all = readers(of: fieldClass).flatMap { recipients(of: $0) }
        try give(key, .new, all, storage, &output)
    }

    /// Gives a key to those of its readers who do not have it.
    private mutating func give(
        _ key: ClassKey, _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        let has = membership?.classKeys.recipients(of: key.id, key.fieldClass) ?? []
        let missing = readers(of: key.fieldClass).flatMap { recipients(of: $0) }
            .filter { !has.contains($0) }
        if !missing.isEmpty { try give(key, .again, missing, storage, &output) }
    }

    private mutating func give(
        _ key: ClassKey, _ act: ClassKeyEntry.Act, _ recipients: [AgeRecipient],
        _ storage: some RegisterStorage, _ output: inout Output
    ) throws {
        let distinct = Array(
            Set(recipients).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
        let entry = try ClassKeyEntry(
            act, key, for: Array(distinct.prefix(Limits.classKeyWrapsMax)), using: &chance)
        _ = try writeControl(ChangeKind.classKey, entry.encoded(), storage, &output)
    }

    // MARK: - what is kept

    mutating func loadClassKeys(_ storage: some RegisterStorage) throws {
        guard let stored = try storage.meta(Key.classKeys) else { return }
        var reader = ByteReader(stored)
        classKeys = []
        while !reader.isAtEnd {
            let fieldClass = try reader.u8("class")
            let secret = try reader.raw(ClassKey.secretBytes, "class key")
            classKeys.append(ClassKey(fieldClass, secret, chain.register))
        }
    }

    private func saveClassKeys(_ output: inout Output) {
        var writer = ByteWriter()
        for key in classKeys {
            writer.u8(key.fieldClass)
            writer.raw(key.secret)
        }
        output.commit.append(.meta(Key.classKeys, writer.bytes))
    }

    // MARK: - writing

    /// The keys under which the restricted values of some drafts are sealed; none in a register that has none yet.
    ///
    /// - Throws: `sealedHere` where the key of a class is not here: what is written would be open to all, or to nobody.
    mutating func sealingKeys(
        for drafts: [Draft], _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> [UInt8: ClassKey] {
        var keys: [UInt8: ClassKey] = [:]
        for draft in drafts {
            for write in draft.writes where ClassKey.seals(write.field) {
                let fieldClass = write.field.fieldClass.rawValue
                guard keys[fieldClass] == nil,
                    membership?.classKeys.current[fieldClass] != nil
                else { continue }
                if currentKey(of: fieldClass) == nil, membership?.isAdministrator(node) == true {
                    // Whoever may give keys need not wait for one.
                    try makeKey(fieldClass, storage, &output)
                }
                guard let key = currentKey(of: fieldClass) else {
                    throw LaptopError.sealedHere(write.field)
                }
                keys[fieldClass] = key
            }
        }
        return keys
    }

    /// Seals the restricted values of changes that are about to be written.
    func seal(_ changes: inout [Change], _ keys: [UInt8: ClassKey]) throws {
        let open = changes
        let records = open.map { name(of: $0.record) }
        changes = try gather(open.count, inPiecesOf: 64, spread) { range in
            range.map { Self.sealed(open[$0], of: records[$0], keys) }
        }
    }

    private static func sealed(
        _ change: Change, of record: NamedDot, _ keys: [UInt8: ClassKey]
    ) -> Change {
        guard change.writes.contains(where: { ClassKey.seals($0.field) }) else { return change }
        var sealed = change
        sealed.writes.removeAll(keepingCapacity: true)
        sealed.bodies.removeAll(keepingCapacity: true)
        sealed.bodies.reserveCapacity(change.bodies.count * 2)
        let openSource = change.writes.first { !ClassKey.seals($0.field) }
            .flatMap { Body(change.bodies, $0.body).source }.map { Array($0.utf8) }
        for write in change.writes {
            if ClassKey.seals(write.field), let key = keys[write.field.fieldClass.rawValue],
                let body = key.sealed(
                    change.body(of: write), at: place(of: record, write.field),
                    openSource: openSource)
            {
                sealed.append(write.field, names: write.names, body: body)
            } else {
                sealed.append(write.field, names: write.names, body: change.body(of: write))
            }
        }
        return sealed
    }

    /// A record as whoever made it named it.
    private func name(of record: Dot) -> NamedDot {
        let written = heads.written(record)
        return NamedDot(replica: heads[written.replica].id, counter: written.counter)
    }

    private static func place(of record: NamedDot, _ field: FieldNumber) -> ClassKey.Place {
        ClassKey.Place(record: record.replica, record.counter, field)
    }

    // MARK: - reading

    /// What a write says, opened where this laptop has the key.
    public func body(of write: Write, in change: Change) -> Body {
        opened(Body(change.bodies, write.body), change.record, write.field)
    }

    private func opened(_ body: Body, _ record: Dot, _ field: FieldNumber) -> Body {
        guard case .sealed(let sealed) = body.content else { return body }
        let place = Self.place(of: name(of: record), field)
        for key in classKeys where key.id == sealed.keyID {
            if let opened = key.opened(body, at: place) { return opened }
        }
        return body
    }

    func open(_ view: inout RecordView, of record: Dot) {
        guard !classKeys.isEmpty else { return }
        view.open { field, body in opened(body, record, field) }
    }

    /// A draft with what is sealed in it opened.
    ///
    /// - Throws: `sealedHere` for what this laptop cannot read.
    func open(_ draft: Draft, of record: Dot) throws -> Draft {
        var opened = Draft(kind: draft.kind, record: draft.record, operatorDot: draft.operatorDot)
        for write in draft.writes {
            let body = self.opened(Body(draft.bodies, write.body), record, write.field)
            if case .sealed = body.content { throw LaptopError.sealedHere(write.field) }
            opened.append(write.field, names: write.names, body: body.encoded())
        }
        return opened
    }
}
