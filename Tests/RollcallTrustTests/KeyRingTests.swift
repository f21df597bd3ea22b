import Testing

@testable import RollcallTrust

/// What unlocks, and what an old file or a guess gives away.
@Suite struct KeyRingTests {
    private static let identity: [UInt8] = Array(0..<200)
    /// The least that is believed; the standard one is eight times as long.
    private static let quick = Stretching(logRounds: 16)

    private static func words(_ text: String) throws -> Passphrase {
        try #require(Passphrase(text))
    }

    private static func ring(_ text: String = "first words", name: String = "one") throws
        -> KeyRing
    {
        var chance = SystemRandomNumberGenerator()
        return try KeyRing(
            identity: identity, passphrase: (words(text), name), stretching: quick, &chance)
    }

    @Test func `a passphrase opens what it closed, and no other does`() throws {
        let ring = try Self.ring()
        let file = try #require(KeyFile(encoded: ring.file.encoded()))
        #expect(try KeyRing(file, passphrase: Self.words("first words")).identity == Self.identity)
        #expect(throws: UnlockError.wrongPassphrase) {
            try KeyRing(file, passphrase: Self.words("first word "))
        }
        #expect(throws: UnlockError.passphraseNeeded) { try KeyRing(file, passphrase: nil) }
    }

    @Test func `without a passphrase the file alone opens, and says so`() throws {
        var chance = SystemRandomNumberGenerator()
        let ring = try KeyRing(
            identity: Self.identity, passphrase: nil, stretching: Self.quick, &chance)
        #expect(ring.file.isOpenToAll)
        #expect(try KeyRing(ring.file, passphrase: nil).identity == Self.identity)
        #expect(throws: UnlockError.wrongPassphrase) {
            try KeyRing(ring.file, passphrase: Self.words("first words"))
        }
    }

    @Test func `passphrases too short or too long are none`() {
        #expect(Passphrase("1234567") == nil)
        #expect(Passphrase("12345678") != nil)
        #expect(Passphrase(String(repeating: "x", count: 1_025)) == nil)
    }

    @Test func `a changed byte anywhere in the file is damage`() throws {
        let bytes = try Self.ring().file.encoded()
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1
            #expect(KeyFile(encoded: damaged) == nil)
        }
        for count in 0..<bytes.count {
            #expect(KeyFile(encoded: Array(bytes.prefix(count))) == nil)
        }
    }

    @Test(arguments: [0, 15, 21, 255] as [UInt8])
    func `a file cannot ask for more memory than is due, nor for less`(rounds: UInt8) throws {
        var bytes = try Self.ring().file.encoded().dropLast(KeyFile.digestBytes)
        bytes[KeyFile.magic.count + 2] = rounds
        #expect(KeyFile(encoded: bytes + sha256(Array(bytes))) == nil)
    }

    @Test func `a file of one laptop says nothing in another's place`() throws {
        let ring = try Self.ring()
        var other = try Self.ring().file
        other.content = ring.file.content
        #expect(throws: UnlockError.damaged) {
            try KeyRing(other, passphrase: Self.words("first words"))
        }
    }

    // MARK: - several people

    @Test func `each of several people unlocks, and who is taken away does not`() throws {
        var chance = SystemRandomNumberGenerator()
        var ring = try Self.ring()
        try ring.add(Self.words("second words"), name: "two", &chance)
        #expect(try KeyRing(ring.file, passphrase: Self.words("second words")).openedSlot == 1)
        try ring.remove(name: "one", &chance)
        let file = ring.file
        #expect(throws: UnlockError.wrongPassphrase) {
            try KeyRing(file, passphrase: Self.words("first words"))
        }
        let second = try KeyRing(file, passphrase: Self.words("second words"))
        #expect(second.names == [nil, "two"] + [String?](repeating: nil, count: 6))
        #expect(second.identity == Self.identity)
    }

    @Test func `the last passphrase stays, names are told apart, and eight are the most`() throws {
        var chance = SystemRandomNumberGenerator()
        var ring = try Self.ring()
        #expect(throws: UnlockError.lastSlot) { try ring.remove(name: "one", &chance) }
        #expect(throws: UnlockError.noSuchSlot) { try ring.remove(name: "two", &chance) }
        #expect(throws: UnlockError.nameTaken) {
            try ring.add(Self.words("more words"), name: "one", &chance)
        }
        let one = ring.file.encoded().count
        for index in 2...8 {
            try ring.add(Self.words("more words \(index)"), name: "\(index)", &chance)
        }
        #expect(ring.file.encoded().count == one, "how many can unlock does not show")
        #expect(throws: UnlockError.noFreeSlot) {
            try ring.add(Self.words("more words"), name: "9", &chance)
        }
    }

    @Test func `a changed passphrase leaves the keys as they were`() throws {
        var chance = SystemRandomNumberGenerator()
        var ring = try Self.ring()
        let before = ring.epochs.map(\.key.bytes)
        try ring.replace(name: "one", by: Self.words("other words"), &chance)
        let file = ring.file
        #expect(throws: UnlockError.wrongPassphrase) {
            try KeyRing(file, passphrase: Self.words("first words"))
        }
        let again = try KeyRing(file, passphrase: Self.words("other words"))
        #expect(again.epochs.map(\.key.bytes) == before)
    }

    @Test func `a trial that gets a passphrase gets a new root`() throws {
        var chance = SystemRandomNumberGenerator()
        let open = try KeyRing(
            identity: Self.identity, passphrase: nil, stretching: Self.quick, &chance)
        let closed = try open.protected(
            by: Self.words("first words"), name: "one", stretching: Self.quick, &chance)
        #expect(closed.identity == open.identity)
        #expect(closed.epochs.map(\.key.bytes) == open.epochs.map(\.key.bytes))
        let (_, oldRoot) = try open.file.root(try open.file.unlockKey(nil))
        #expect(oldRoot.open(closed.file.content[...], context: closed.file.head) == nil)
    }

    // MARK: - epochs

    @Test func `an epoch that was dropped is in the file no more`() throws {
        var chance = SystemRandomNumberGenerator()
        var ring = try Self.ring()
        let first = ring.epochs[0].key.bytes
        try ring.addEpoch(&chance)
        #expect(ring.epochs.map(\.number) == [1, 2])
        let both = try KeyRing(ring.file, passphrase: Self.words("first words"))
        #expect(both.epochs.map(\.number) == [1, 2])
        try ring.dropEarlierEpochs(&chance)
        let after = try KeyRing(ring.file, passphrase: Self.words("first words"))
        #expect(after.epochs.map(\.number) == [2])
        #expect(!after.epochs.contains { $0.key.bytes == first })
    }
}
