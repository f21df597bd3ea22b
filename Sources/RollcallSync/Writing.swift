public import RollcallCore
package import RollcallTrust
import RollcallWire

/// A change that has no dot yet.
public struct Draft: Sendable {
    public enum Target: Equatable, Sendable {
        /// The change creates a record, or is a control change about nothing earlier.
        case new
        case existing(Dot)
        /// The record that the first change of the same run creates.
        case createdByFirst
    }

    public var kind: UInt64
    public var record: Target
    public var operatorDot: Dot?
    /// What somebody did, of a change that is for the custody log.
    var custody: CustodyEntry?
    private(set) var writes: [Write] = []
    /// End to end, in the order of the writes.
    private(set) var bodies: [UInt8] = []

    public init(kind: UInt64 = ChangeKind.edit, record: Target, operatorDot: Dot?) {
        self.kind = kind
        self.record = record
        self.operatorDot = operatorDot
    }

    public mutating func reserve(writeCount: Int, bodyBytes: Int) {
        writes.reserveCapacity(writeCount)
        bodies.reserveCapacity(bodyBytes)
    }

    /// Adds a write; fields come ascending.
    public mutating func append(_ field: FieldNumber, names: [Dot] = [], body: [UInt8]) {
        let start = bodies.count
        bodies.append(contentsOf: body)
        writes.append(Write(field: field, names: names, body: start..<bodies.count))
    }

    /// Adds plain text after a head that many writes share (``Body/textHead(source:)``).
    public mutating func append(_ field: FieldNumber, head: [UInt8], text: String) {
        let start = bodies.count
        bodies.append(contentsOf: head)
        var text = text
        text.withUTF8 { bodies.append(contentsOf: $0) }
        writes.append(Write(field: field, names: [], body: start..<bodies.count))
    }

    /// With one write more, where its field stands among the others.
    public func inserting(_ field: FieldNumber, body: [UInt8]) -> Draft {
        var draft = self
        draft.writes = []
        draft.bodies = []
        for write in writes where write.field < field {
            draft.append(write.field, names: write.names, body: Array(bodies[write.body]))
        }
        draft.append(field, body: body)
        for write in writes where write.field > field {
            draft.append(write.field, names: write.names, body: Array(bodies[write.body]))
        }
        return draft
    }

    /// Whether it is about changes of a replica that are not here.
    func names(_ replica: ReplicaNumber, beyond height: UInt64) -> Bool {
        func isBeyond(_ dot: Dot) -> Bool { dot.replica == replica && dot.counter > height }
        if case .existing(let record) = record, isBeyond(record) { return true }
        return writes.contains { $0.names.contains(where: isBeyond) }
    }

    /// Whether every receiver would take the change; what its header takes besides is allowed for.
    var isWithinLimits: Bool {
        var byteCount = bodies.count + 16_384
        var nameCount = 0
        for index in writes.indices {
            let sealedBytes = ClassKey.seals(writes[index].field) ? 128 : 0
            guard writes[index].body.count + sealedBytes <= Limits.bodyBytesMax else {
                return false
            }
            byteCount += sealedBytes
            nameCount += writes[index].names.count
        }
        byteCount += nameCount * 12
        return byteCount < Limits.changeBytesMax && writes.count <= Limits.writesPerChangeMax
            && nameCount <= Limits.namesPerChangeMax
    }
}

extension Laptop {
    /// Writes changes into this start's replica of a stream and signs the head at which they end.
    ///
    /// - Returns: Their dots, in order.
    @discardableResult
    public mutating func write(
        _ drafts: [Draft], in stream: Stream = .data, _ storage: some RegisterStorage,
        _ output: inout Output
    ) throws -> [Dot] {
        let lane = stream.lane
        guard let membership else { throw LaptopError.noRegister }
        guard membership.revoked[node] == nil else { throw LaptopError.revoked }
        // What an observer does is logged as what others do.
        guard
            lane == .control || !membership.isObserver(node)
                || drafts.allSatisfy({ $0.kind == ChangeKind.custody })
        else { throw LaptopError.notAllowed }
        guard !drafts.isEmpty else { return [] }
        // Judged before anything is begun: a refused write leaves nothing behind.
        guard drafts.allSatisfy(\.isWithinLimits) else { throw LaptopError.changeTooLong }
        // It would be merged with what is on disk, and the step's own first word would be lost there.
        guard !output.commit.writes(anyOf: drafts) else { throw LaptopError.writtenTwice }
        let sealing = try sealingKeys(for: drafts, storage, &output)
        // Somebody wrote further under the number that this start writes: who reads it cannot go on from both.
        for (begun, replica) in own
        where begun.lane == lane
            && drafts.contains(where: {
                $0.names(replica.number, beyond: heads[replica.number].height)
            })
        {
            own[begun] = nil
        }
        var writer = RunWriter(
            replica: beginReplica(stream, &output), heads, changeCount: drafts.count,
            segmentBytesMax: stream.segmentBytesMax)
        var dots: [Dot] = []
        dots.reserveCapacity(drafts.count)
        output.commit.reserveCapacity(output.commit.count + drafts.count * 2 + 32)
        let first = Dot(writer.replica, writer.height + 1)
        var ready: ArraySlice<(change: Change, prepared: PreparedChange)> = []
        for position in drafts.indices {
            if ready.isEmpty {
                ready = try nextChanges(
                    drafts[position...], stream, Dot(writer.replica, writer.height + 1), first,
                    sealing)[...]
            }
            let (change, prepared) = ready.removeFirst()
            if writer.isSegmentFull(before: change) { sign(&writer, &output) }
            writer.append(change, prepared, heads.table, &output)
            if lane == .data {
                try writer.merging.apply(change, prepared.commitments, storage)
            } else {
                self.membership?.apply(change, writer.hash, heads.table)
            }
            if change.dot.counter == 1 { end(replicasNamedBy: change, &output) }
            dots.append(change.dot)
            if change.dot.counter % Limits.changesPerBlock == 0 {
                saveOwnSalts(stream, change.dot.counter, &output)
            }
            if writer.isSegmentFull { sign(&writer, &output) }
        }
        if writer.pendingChanges > 0 { sign(&writer, &output) }
        if writer.height % Limits.changesPerBlock != 0 {
            saveOwnSalts(stream, writer.height, &output)
        }
        let salts = saltSource(storage)
        try writer.merging.addRows(to: &output.commit, heads.table, salts, storage)
        output.commit.append(
            .replica(heads.advance(writer.replica, to: writer.height, writer.hash)))
        settleMembership(&output)
        tellSessions(storage, &output)
        return dots
    }

    mutating func writeControl(
        _ kind: UInt64, _ entry: [UInt8], _ storage: some RegisterStorage, _ output: inout Output
    ) throws -> Dot {
        // What is left is for removals.
        let roomForRemovals = 2 * Limits.membersMax
        guard
            ![ChangeKind.member, ChangeKind.role, ChangeKind.erase].contains(kind)
                || membership.map({ $0.entryCount < Limits.membershipEntriesMax - roomForRemovals })
                    ?? true
        else { throw LaptopError.tooManyEntries }
        var draft = Draft(kind: kind, record: .new, operatorDot: actingOperator)
        draft.append(.entry, body: Body(.entry(entry)).encoded())
        return try write([draft], in: .control, storage, &output)[0]
    }

    /// The replica of this start for a stream; a new incarnation at its first write.
    mutating func beginReplica(_ stream: Stream, _ output: inout Output) -> ReplicaNumber {
        if let own = own[stream] { return own.number }
        var table = heads.table
        var id: ReplicaID
        repeat {
            var incarnation = UInt64.random(in: 1...UInt64.max, using: &chance)
            if isPlanted(.incarnationReused) { incarnation = node.tag | 1 }
            id = ReplicaID(node: node, lane: stream.lane, incarnation: incarnation)
            // Drawn twice by a poor source of chance, it would be one replica with two salts a block: no peer takes that.
        } while table.number(of: id) != nil && !isPlanted(.incarnationReused)
        let number = table.insert(id)
        output.commit += heads.adopt(table).map { .replica($0) }
        own[stream] = OwnReplica(
            number: number, block: .max, salts: SaltTree(), parents: VersionVector())
        return number
    }

    /// Makes changes of as many drafts as lie in one block, with what can be made of each by itself.
    private mutating func nextChanges(
        _ drafts: ArraySlice<Draft>, _ stream: Stream, _ next: Dot, _ first: Dot,
        _ sealing: [UInt8: ClassKey]
    ) throws -> [(change: Change, prepared: PreparedChange)] {
        let leaves = ownLeaves(next.counter, drafts.count, stream)
        var changes: [Change] = []
        changes.reserveCapacity(leaves.count / 16)
        for (draft, counter) in zip(drafts.prefix(leaves.count / 16), next.counter...) {
            changes.append(
                change(from: draft, stream, Dot(next.replica, counter), first: first))
        }
        if !sealing.isEmpty { try seal(&changes, sealing) }
        let prepared = try PreparedChange.prepare(changes, leaves: leaves, spread)
        return zip(changes, prepared).map { (change: $0, prepared: $1) }
    }

    private mutating func change(
        from draft: Draft, _ stream: Stream, _ dot: Dot, first: Dot
    ) -> Change {
        let record =
            switch draft.record {
            case .new: dot
            case .existing(let record): record
            case .createdByFirst: first
            }
        var change = Change(
            dot: dot, kind: draft.kind, record: record, operatorDot: draft.operatorDot,
            recordedAt: moment.wholeSeconds, writes: draft.writes, bodies: draft.bodies)
        // A form may have shown one dot twice; a change names it once, in canonical order.
        for index in change.writes.indices where change.writes[index].names.count > 1 {
            change.writes[index].names = Set(change.writes[index].names)
                .sorted { heads.table.precedes($0, $1) }
        }
        change.extras = extras(stream, isFirst: dot.counter == 1, dot.replica)
        if let custody = draft.custody {
            var extra = ByteWriter()
            extra.varint(Extras.custody)
            extra.byteString(custody.encoded())
            change.extras += extra.bytes
        }
        return change
    }

    /// The earlier heads of this node that this replica ends, and a control change's parents.
    private mutating func extras(
        _ stream: Stream, isFirst: Bool, _ replica: ReplicaNumber
    ) -> [UInt8] {
        var extras = ByteWriter()
        if isFirst {
            var ended = ByteWriter()
            for row in endedByNext(stream.lane, replica) {
                ended.u64(row.id.incarnation)
                ended.varint(row.height)
                ended.raw(row.hash)
            }
            if !ended.bytes.isEmpty {
                extras.varint(Extras.ended)
                extras.byteString(ended.bytes)
            }
        }
        if stream == .control {
            var parents = ByteWriter()
            // Only what no earlier change of this replica listed: a gate that lets in many would else
            // list all of them each time, and its admissions outgrow their frame.
            for row in heads.controlHeads(endedAt: membership?.endedControlHeights ?? [:])
            where row.number != replica && own[stream]?.parents[row.number] != row.height {
                own[stream]?.parents[row.number] = row.height
                row.id.encode(to: &parents)
                parents.varint(row.height)
                parents.raw(row.hash.prefix(16))
            }
            if !parents.bytes.isEmpty {
                extras.varint(Extras.parents)
                extras.byteString(parents.bytes)
            }
            if isFirst, let genesis = membership?.genesis, genesis.founder == node {
                extras.varint(Extras.genesis)
                extras.byteString(genesis.encoded())
            }
        }
        return extras.bytes
    }

    private func endedByNext(_ lane: Lane, _ replica: ReplicaNumber) -> [ReplicaRow] {
        // What this start writes in another stream goes on.
        let open = own.values.map(\.number) + [replica]
        return heads.allNumbers.map { heads[$0] }
            .filter {
                $0.id.node == node && $0.id.lane == lane && $0.height > 0 && !$0.isEnded
                    && !open.contains($0.number)
            }
            .sorted { $0.id.incarnation < $1.id.incarnation }
    }

    /// The leaves of own counters from one on, as many as are wanted and lie in its block; each block gets a random
    /// root at its first change.
    private mutating func ownLeaves(_ counter: UInt64, _ count: Int, _ stream: Stream) -> [UInt8] {
        let block = (counter - 1) / Limits.changesPerBlock
        if own[stream]?.block != block {
            let root = (0..<16).map { _ in UInt8.random(in: 0...255, using: &chance) }
            own[stream]?.block = block
            own[stream]?.salts = SaltTree(
                root: root, blockStart: block * Limits.changesPerBlock + 1)
        }
        let last = min(counter + UInt64(count) - 1, (block + 1) * Limits.changesPerBlock)
        let leaves = own[stream]?.salts.leaves(counter, last) ?? []
        precondition(!leaves.isEmpty, "no salt for counter \(counter) of an own block")
        return leaves
    }

    private func saveOwnSalts(_ stream: Stream, _ height: UInt64, _ output: inout Output) {
        guard let own = own[stream] else { return }
        let prefix = own.salts.through(height)
        output.commit.append(.salts(replica: own.number, block: own.block, prefix.encoded()))
    }

    /// The whole block's root goes, if a change in it is erased before the block is full.
    mutating func punctureOwn(_ dot: Dot, _ block: UInt64) {
        for (stream, replica) in own where replica.number == dot.replica && replica.block == block {
            own[stream]?.salts.puncture(dot.counter)
        }
    }

    private mutating func sign(_ writer: inout RunWriter, _ output: inout Output) {
        let id = heads[writer.replica].id
        let signature = identity.key.signature(
            of: chain.headMessage(id, writer.height, writer.hash))
        noteHead(
            SignedHead(
                dot: Dot(writer.replica, writer.height), hash: writer.hash, signature: signature),
            changeCount: writer.pendingChanges, byteCount: writer.pendingBytes, &output)
        writer.pendingChanges = 0
        writer.pendingBytes = 0
    }

    /// Keeps a signed head, and lets the one before fall away where the two segments can be one.
    mutating func noteHead(
        _ head: SignedHead, changeCount: Int, byteCount: Int, _ output: inout Output
    ) {
        output.commit.append(.head(head))
        let counter = head.dot.counter
        let base = counter - UInt64(changeCount)
        if let open = openSegments[head.dot.replica], open.last == base,
            // A branch's first segment began before the branch did, and may be longer than it seems.
            open.base > 0 || heads.branches[head.dot.replica] == nil,
            counter - open.base <= UInt64(Limits.changesPerSegmentMax),
            open.byteCount + byteCount
                <= (heads.isBulk(head.dot.replica) ? Stream.bulk : .data).segmentBytesMax
        {
            output.commit.append(.dropHead(Dot(head.dot.replica, open.last)))
            openSegments[head.dot.replica] = OpenSegment(
                base: open.base, last: counter, byteCount: open.byteCount + byteCount)
        } else {
            openSegments[head.dot.replica] = OpenSegment(
                base: base, last: counter, byteCount: byteCount)
        }
    }

    /// The salts of any change held here.
    func saltSource(_ storage: some RegisterStorage) -> (Dot) throws -> [UInt8]? {
        let (own, heads) = (own, heads)
        return { dot in
            let written = heads.written(dot)
            let block = (written.counter - 1) / Limits.changesPerBlock
            for replica in own.values where replica.number == dot.replica && replica.block == block
            {
                return replica.salts.leaf(dot.counter)
            }
            guard let stored = try storage.salts(of: dot.replica, block: block) else { return nil }
            return try SaltTree(encoded: stored).leaf(written.counter)
        }
    }
}

extension [StoreWrite] {
    /// Whether the row of a record is among them to which drafts write, too.
    fileprivate func writes(anyOf drafts: [Draft]) -> Bool {
        guard !isEmpty else { return false }
        let records = Set(
            drafts.compactMap { if case .existing(let record) = $0.record { record } else { nil } })
        return contains {
            switch $0 {
            case .record(let record, _): records.contains(record.dot)
            case .dropRecord(let record): records.contains(record)
            default: false
            }
        }
    }
}

/// Types of extras.
package enum Extras {
    static let ended: UInt64 = 1
    static let parents: UInt64 = 2
    static let genesis: UInt64 = 3
    static let custody: UInt64 = 4

    package struct Ended {
        package var incarnation: UInt64
        package var height: UInt64
        var hash: [UInt8]
    }

    package struct Parent {
        package var replica: ReplicaID
        package var counter: UInt64
        /// The first 16 bytes of h.
        var hash: [UInt8]
    }

    /// The heads that a replica's first change ends; extras that are odd end nothing.
    package static func ended(_ change: Change) -> [Ended] {
        (try? endedStrictly(change)) ?? []
    }

    /// The control heads that a change lists as known to its author; extras that are odd list none.
    package static func parents(_ change: Change) -> [Parent] {
        (try? parentsStrictly(change)) ?? []
    }

    /// What somebody did, of a change for the custody log; nil where its extras do not say.
    package static func custody(_ change: Change) -> CustodyEntry? {
        var reader = ByteReader(change.extras)
        while !reader.isAtEnd {
            guard let type = try? reader.varint("extra type"),
                let range = try? reader.byteStringRange("extra")
            else { return nil }
            if type == Self.custody { return try? CustodyEntry(Array(change.extras[range])) }
        }
        return nil
    }

    /// The genesis of a register, where a change holds it: whose it is, its hash alone says.
    package static func genesis(_ change: Change, of register: [UInt8]) -> Genesis? {
        var reader = ByteReader(change.extras)
        while !reader.isAtEnd {
            guard let type = try? reader.varint("extra type"),
                let range = try? reader.byteStringRange("extra")
            else { return nil }
            guard type == Self.genesis, let genesis = try? Genesis(Array(change.extras[range])),
                genesis.register.bytes == register
            else { continue }
            return genesis
        }
        return nil
    }

    private static func parentsStrictly(
        _ change: Change
    ) throws(FormatError) -> [Parent] {
        var reader = ByteReader(change.extras)
        var parents: [Parent] = []
        while !reader.isAtEnd {
            let type = try reader.varint("extra type")
            let range = try reader.byteStringRange("extra")
            guard type == Self.parents else { continue }
            var list = ByteReader(change.extras, range)
            while !list.isAtEnd {
                parents.append(
                    Parent(
                        replica: try ReplicaID(from: &list, "parent"),
                        counter: try list.varint("parent height"),
                        hash: try list.raw(16, "parent hash")))
            }
        }
        return parents
    }

    private static func endedStrictly(_ change: Change) throws(FormatError) -> [Ended] {
        guard change.dot.counter == 1 else { return [] }
        var reader = ByteReader(change.extras)
        var ended: [Ended] = []
        while !reader.isAtEnd {
            let type = try reader.varint("extra type")
            let range = try reader.byteStringRange("extra")
            guard type == Self.ended else { continue }
            var list = ByteReader(change.extras, range)
            while !list.isAtEnd {
                ended.append(
                    Ended(
                        incarnation: try list.u64("incarnation"), height: try list.varint("height"),
                        hash: try list.raw(32, "hash")))
            }
        }
        return ended
    }
}

/// A run of own changes in the making.
struct RunWriter {
    let replica: ReplicaNumber
    private(set) var height: UInt64
    private(set) var hash: [UInt8]
    var merging: Merging
    var pendingChanges = 0
    var pendingBytes = 0
    private let segmentBytesMax: Int
    private var hasher = ChainHasher()

    init(replica: ReplicaNumber, _ heads: Heads, changeCount: Int, segmentBytesMax: Int) {
        self.replica = replica
        self.segmentBytesMax = segmentBytesMax
        height = heads[replica].height
        hash = heads[replica].hash
        merging = Merging(reserving: changeCount)
    }

    var isSegmentFull: Bool {
        pendingChanges >= Limits.changesPerSegmentMax
    }

    /// Whether the segment must end before a change so as not to grow too long.
    func isSegmentFull(before change: Change) -> Bool {
        let nameCount = change.writes.reduce(0) { $0 + $1.names.count }
        let headerBytes = 256 + change.writes.count * 4 + nameCount * 52 + change.extras.count
        return pendingChanges > 0
            && pendingBytes + change.bodies.count + headerBytes > segmentBytesMax
    }

    /// Links a change to the chain and has it stored.
    mutating func append(
        _ change: Change, _ prepared: PreparedChange, _ table: ReplicaTable,
        _ output: inout Output
    ) {
        height = change.dot.counter
        hash = hasher.link(hash, change, prepared.commitments, table)
        pendingChanges += 1
        pendingBytes += prepared.content.count
        output.commit.append(
            .change(StoredChange(dot: change.dot, hash: hash, content: prepared.content)))
    }
}
