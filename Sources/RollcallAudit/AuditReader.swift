import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// A laptop of nobody's, with a register made of what one file says.
struct AuditReader {
    let genesis: Genesis
    private var laptop: Laptop
    private var register = MemoryRegister()
    private var bundle: BundleImport
    private let moment = Moment(now: .zero, wallClock: 0)

    init(_ genesis: Genesis, _ manifest: Manifest) throws {
        self.genesis = genesis
        // A key that signs nothing.
        let identity = LaptopIdentity(
            key: NodeKey(), tlsKeyHash: [UInt8](repeating: 0, count: 32))
        var output = Output()
        laptop = try Laptop(
            identity: identity, name: "", storage: register, moment: moment,
            chance: SystemRandomNumberGenerator(), output: &output)
        laptop.read(genesis, &output)
        bundle = try laptop.beginImport(manifest)
        register.apply(output.commit)
    }

    mutating func take(_ chunk: [UInt8]) throws {
        var output = Output()
        try laptop.take(chunk: chunk, into: &bundle, register, &output)
        register.apply(output.commit)
        while let next = try laptop.proceed(moment, register) { register.apply(next.commit) }
    }

    /// Why a run was not taken.
    var reasonOfLeft: AuditRefusal.Reason? {
        bundle.leftCount == 0 ? nil : bundle.hasForkLeft ? .fork : .falseRun
    }

    // MARK: - what is missing

    /// A run that nothing in the file lets count, not even as waiting in quarantine.
    var held: (AuditPlace.Run, AuditRefusal.Reason)? {
        guard let run = laptop.heldRuns.first else { return nil }
        let author = run.replica.node
        return (
            .init(replica: run.replica, first: run.first, last: run.last),
            isKnown(author) ? .gap : .notAMember(author)
        )
    }

    func isKnown(_ node: NodeID) -> Bool { laptop.membership?.isKnown(node) ?? false }

    /// The first replica that ends elsewhere than the source says it does.
    func firstUnlike(_ vector: [Manifest.VectorEntry]) -> ReplicaID? {
        let heads = laptop.heads
        for entry in vector {
            guard let number = heads.table.number(of: entry.replica),
                heads[number].height == entry.height, heads[number].hash == entry.hash
            else { return entry.replica }
        }
        let listed = Set(vector.map(\.replica))
        return replicas.first { !listed.contains($0.id) }?.id
    }

    private var replicas: [AuditFindings.Replica] {
        let heads = laptop.heads
        return heads.allNumbers.map { heads[$0] }.filter { $0.height > 0 }
            .sorted { $0.id.precedes($1.id) }.map { .init(id: $0.id, height: $0.height) }
    }

    // MARK: - what there is

    func fingerprint() throws -> [UInt8] { try laptop.fingerprint(register) }

    func findings(_ manifest: Manifest) throws -> AuditFindings {
        let counts = register.counts()
        let replicas = replicas
        func changes(in lane: Lane) -> Int {
            replicas.filter { $0.id.lane == lane }.reduce(0) { $0 + Int($1.height) }
        }
        return AuditFindings(
            title: genesis.title, register: genesis.register.text, founder: genesis.founder,
            source: manifest.source, createdAt: manifest.createdAt,
            fingerprint: try fingerprint(), nodes: nodes, replicas: replicas,
            controlChanges: changes(in: .control), dataChanges: changes(in: .data),
            records: counts.records, conflicts: counts.conflicts, erased: try erasedCount(),
            waiting: try waiting())
    }

    private var nodes: [AuditFindings.Node] {
        guard let membership = laptop.membership else { return [] }
        let members = membership.members.values.map {
            AuditFindings.Node(node: $0.node, name: $0.name, role: $0.role, revokedFor: [])
        }
        let revoked = membership.revoked.map { node, revocation in
            AuditFindings.Node(
                node: node, name: revocation.member.name, role: nil,
                revokedFor: revocation.reasons)
        }
        return (members + revoked).sorted { $0.node.text < $1.node.text }
    }

    private func erasedCount() throws -> Int {
        try laptop.heads.allNumbers.reduce(0) { count, number in
            let row = laptop.heads[number]
            guard row.id.lane == .data, row.height > 0 else { return count }
            let changes = register.changes(
                of: number, from: 1, through: row.height, contentBytesMax: .max)
            return try count
                + changes.count { try Change(dot: $0.dot, stored: $0.content).isErased }
        }
    }

    private func waiting() throws -> [AuditFindings.Waiting] {
        var runs: [AuditFindings.Waiting] = []
        for change in try laptop.quarantined(register)
        where try !Change(dot: change.dot, stored: change.content).saysNothing {
            let (replica, counter) = (laptop.heads[change.dot.replica].id, change.dot.counter)
            if let last = runs.last, last.replica == replica, last.last + 1 == counter {
                runs[runs.count - 1].last = counter
            } else {
                runs.append(
                    .init(
                        replica: replica, first: counter, last: counter,
                        why: why(replica)))
            }
        }
        return runs
    }

    private func why(_ replica: ReplicaID) -> AuditFindings.Why {
        if replica.isBranch { return .writtenTwice }
        let author = replica.node
        guard let membership = laptop.membership else { return .notAdmitted }
        if let revocation = membership.revoked[author] {
            return .takenOut(reasons: revocation.reasons)
        }
        return membership.isMember(author) ? .observer : .notAdmitted
    }
}
