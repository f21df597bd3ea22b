public import RollcallCore
import RollcallTrust

/// The replicas that this node has heard of, and how far each is durable and decided here.
public struct Heads: Sendable {
    public private(set) var table = ReplicaTable()
    private var rows: [ReplicaRow] = []
    private var tags: [UInt64] = []
    /// Kept, since each costs a hash.
    private var nodeTags: [UInt64] = []
    private var tagsOfNodes: [NodeID: UInt64] = [:]
    private var numbersByTag: [UInt64: ReplicaNumber] = [:]
    private(set) var branches: [ReplicaNumber: Branch] = [:]
    private var bulk: Set<ReplicaNumber> = []
    private let chain: Chain
    /// Replicas that advanced since somebody asked.
    private var advanced: [ReplicaNumber] = []

    init(chain: Chain) { self.chain = chain }

    public var allNumbers: [ReplicaNumber] { table.allNumbers }

    public subscript(replica: ReplicaNumber) -> ReplicaRow { rows[Int(replica.rawValue)] }

    public func tag(_ replica: ReplicaNumber) -> UInt64 { tags[Int(replica.rawValue)] }

    /// The tag of the node that writes a replica.
    func nodeTag(_ replica: ReplicaNumber) -> UInt64 { nodeTags[Int(replica.rawValue)] }

    public func number(ofTag tag: UInt64) -> ReplicaNumber? { numbersByTag[tag] }

    /// Takes over a table that learned more replicas; answers with their rows, to be stored.
    mutating func adopt(_ learned: ReplicaTable) -> [ReplicaRow] {
        var added: [ReplicaRow] = []
        for index in table.count..<learned.count {
            let id = learned.ids[index]
            let row = ReplicaRow(
                number: ReplicaNumber(UInt32(index)), id: id, height: 0, hash: chain.start(of: id),
                isEnded: false)
            added.append(row)
            append(row)
        }
        table = learned
        return added
    }

    /// A row as the store had it; rows come in the order of their numbers.
    mutating func load(_ row: ReplicaRow) {
        let number = table.insert(row.id)
        precondition(
            number == row.number, "replica \(row.number.rawValue) loaded as \(number.rawValue)")
        append(row)
    }

    private mutating func append(_ row: ReplicaRow) {
        rows.append(row)
        let tag = row.id.tag
        tags.append(tag)
        numbersByTag[tag] = row.number
        let nodeTag = tagsOfNodes[row.id.node] ?? row.id.node.tag
        tagsOfNodes[row.id.node] = nodeTag
        nodeTags.append(nodeTag)
    }

    // MARK: - bulk

    /// Takes note of a replica's first change, from which it is seen whether it is a bulk replica.
    mutating func note(first change: Change) {
        guard change.writes.contains(where: { FieldNumber.ofParts.contains($0.field) }) else {
            return
        }
        bulk.insert(change.dot.replica)
    }

    /// Whether a replica holds pieces of files, which wait for everything else.
    public func isBulk(_ replica: ReplicaNumber) -> Bool { bulk.contains(origin(of: replica)) }

    /// Who goes before whom to others: the control lane, then data, then pieces of files.
    func turn(_ replica: ReplicaNumber) -> Int {
        self[replica].id.lane.isControl ? 0 : isBulk(replica) ? 2 : 1
    }

    // MARK: - branches

    /// A branch's row, without changes yet; it must be written together with ``encodedBranches``.
    mutating func add(_ branch: Branch, _ id: ReplicaID, _ hash: [UInt8]) -> ReplicaRow {
        let number = table.insert(id)
        precondition(branches[number] == nil, "a branch is named once")
        if Int(number.rawValue) == rows.count {
            append(ReplicaRow(number: number, id: id, height: 0, hash: hash, isEnded: false))
        }
        branches[number] = branch
        return self[number]
    }

    /// A branch that has its replica's name again: what leaves it leaves the replica.
    ///
    /// It must be written together with ``encodedBranches``.
    mutating func remove(branch number: ReplicaNumber) -> ReplicaRow {
        if let branch = branches.removeValue(forKey: number) {
            move(branchesOf: number, beyond: 0, to: branch.parent)
        }
        return shorten(number, to: 0, chain.start(of: self[number].id))
    }

    /// What leaves a replica beyond a counter leaves another from now on.
    mutating func move(
        branchesOf replica: ReplicaNumber, beyond counter: UInt64, to other: ReplicaNumber
    ) {
        for (number, branch) in branches where branch.parent == replica && branch.base > counter {
            branches[number]?.parent = other
        }
    }

    var encodedBranches: [UInt8] {
        var writer = ByteWriter()
        for (number, branch) in branches.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            writer.varint(UInt64(number.rawValue))
            writer.varint(UInt64(branch.origin.rawValue))
            writer.varint(UInt64(branch.parent.rawValue))
            writer.varint(branch.base)
        }
        return writer.bytes
    }

    mutating func load(branches bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        while !reader.isAtEnd {
            let number = try replica(from: &reader)
            branches[number] = Branch(
                origin: try replica(from: &reader), parent: try replica(from: &reader),
                base: try reader.varint("base"))
        }
    }

    private func replica(from reader: inout ByteReader) throws(FormatError) -> ReplicaNumber {
        let number = try reader.varint("replica")
        guard number < UInt64(rows.count) else { throw FormatError(.badReference, "replica") }
        return ReplicaNumber(UInt32(number))
    }

    /// A replica that ends earlier than was thought: what came after has another name now.
    mutating func shorten(_ replica: ReplicaNumber, to height: UInt64, _ hash: [UInt8])
        -> ReplicaRow
    {
        rows[Int(replica.rawValue)].height = height
        rows[Int(replica.rawValue)].hash = hash
        return self[replica]
    }

    mutating func advance(_ replica: ReplicaNumber, to height: UInt64, _ hash: [UInt8])
        -> ReplicaRow
    {
        rows[Int(replica.rawValue)].height = height
        rows[Int(replica.rawValue)].hash = hash
        if !advanced.contains(replica) { advanced.append(replica) }
        return self[replica]
    }

    /// The replicas that advanced since the last call, in the order they did.
    mutating func takeAdvanced() -> [ReplicaNumber] {
        defer { advanced = [] }
        return advanced
    }

    mutating func end(_ replica: ReplicaNumber) -> ReplicaRow {
        rows[Int(replica.rawValue)].isEnded = true
        return self[replica]
    }

    public var vector: VersionVector {
        var vector = VersionVector()
        for row in rows { vector[row.number] = row.height }
        return vector
    }

    /// Replicas with a height, in order of tag.
    var numbersInTagOrder: [ReplicaNumber] {
        rows.filter { $0.height > 0 }.map(\.number).sorted { tag($0) < tag($1) }
    }

    /// The digest that two equal nodes share.
    public func digest(of vector: VersionVector? = nil) -> [UInt8] {
        var hash = LabelledHash("rc1.heads", reserving: 64 + rows.count * 48)
        hash.add(chain.register.bytes)
        for number in numbersInTagOrder {
            hash.add(u64: tag(number))
            hash.add(u64: self[number].height)
            hash.add(self[number].hash)
        }
        return hash.finish16()
    }

    /// The control heads that a new control change lists as its parents, in canonical order.
    ///
    /// What ended a replica leads to it as far as it had heard of it. A laptop whose home was copied goes on beyond that.
    ///
    /// - Parameter ended: How far ended replicas went by what ended them.
    func controlHeads(endedAt ended: [ReplicaID: UInt64]) -> [ReplicaRow] {
        rows.filter { row in
            row.id.lane == .control && row.height > 0
                && (!row.isEnded || row.height > ended[row.id] ?? 0)
        }.sorted { $0.id.precedes($1.id) }
    }
}
