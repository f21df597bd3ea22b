import RollcallCore
import RollcallStore
import RollcallSync
import RollcallTrust

/// A dot as all laptops know it.
struct GlobalDot: Hashable, CustomStringConvertible {
    var replica: ReplicaID
    var counter: UInt64

    func precedes(_ other: GlobalDot) -> Bool {
        replica == other.replica ? counter < other.counter : replica.precedes(other.replica)
    }

    var description: String { "\(replica.text).\(counter)" }
}

enum Fields {
    static let surname = FieldNumber(4 * 32 + 2)
    static let givenName = FieldNumber(5 * 32 + 2)
    /// Another class than the names.
    static let blood = FieldNumber(6 * 32 + 3)
    static let alias = FieldNumber(7 * 32 + 8 + 2)
    /// Of the class that endangers.
    static let callsign = FieldNumber(10 * 32 + 8 + 4)
    static let arrival = FieldNumber(8 * 32 + 16 + 1)
    static let note = FieldNumber(9 * 32 + 24 + 2)
}

/// What a test says and asks in few words.
extension World {
    func found(_ index: Int) throws {
        let name = laptops[index].name
        try act(index) { laptop, store, output in
            try laptop.found(
                title: "test", name: name, operatorName: "operator of \(name)", moment, store,
                &output)
        }
    }

    func invite(_ inviter: Int, yes: Bool = true) throws -> JoinCode {
        try act(inviter) { laptop, _, _ in
            try laptop.invite(
                minutes: 10, admitsAtOnce: yes, role: .administrator, moment)
        }
    }

    /// The newcomer begins to join and wants to dial an address.
    func beginJoin(_ newcomer: Int, _ code: JoinCode, address: String) throws {
        let name = laptops[newcomer].name
        try act(newcomer) { laptop, _, output in
            try laptop.join(
                address: address, code: code, name: name, operatorName: "operator of \(name)",
                moment,
                &output)
        }
    }

    func join(_ newcomer: Int, through inviter: Int, yes: Bool = true, address: String? = nil)
        throws
    {
        let code = try invite(inviter, yes: yes)
        let address = address ?? "inviter:\(newcomer)"
        try beginJoin(newcomer, code, address: address)
        try plug(newcomer, inviter, address: address)
    }

    // MARK: - writing

    @discardableResult
    func add(_ index: Int, _ field: FieldNumber, _ text: String) throws -> GlobalDot {
        try add(index, [FieldEdit(field, .put(.text(text)))])
    }

    @discardableResult
    func add(_ index: Int, _ edits: [FieldEdit]) throws -> GlobalDot {
        let record = try act(index) { laptop, store, output in
            try laptop.add(edits, Authorship(operatorDot: nil), store, &output).record
        }
        return name(index, record)
    }

    @discardableResult
    func set(
        _ index: Int, _ record: GlobalDot, _ field: FieldNumber, _ text: String,
        seen: [GlobalDot]? = nil
    ) throws -> GlobalDot {
        guard let dot = dot(index, record) else { throw LaptopError.noSuchRecord }
        let context =
            try seen.map { ReadContext.dots(try $0.map { try known(index, $0) }) } ?? .asStored
        let dots = try act(index) { laptop, store, output in
            try laptop.set(
                dot, [FieldEdit(field, .put(.text(text)))], context, Authorship(operatorDot: nil),
                store, &output)
        }
        return name(index, dots[0])
    }

    @discardableResult
    func resolve(
        _ index: Int, _ record: GlobalDot, _ field: FieldNumber, _ text: String
    ) throws -> GlobalDot {
        let dot = try known(index, record)
        return name(
            index,
            try act(index) { laptop, store, output in
                try laptop.resolve(
                    dot, field, keep: nil, value: .text(text), .asStored,
                    Authorship(operatorDot: nil),
                    store, &output
                ).dot
            })
    }

    // MARK: - names

    func name(_ index: Int, _ dot: Dot) -> GlobalDot {
        GlobalDot(replica: laptops[index].laptop.heads.table[dot.replica], counter: dot.counter)
    }

    func dot(_ index: Int, _ name: GlobalDot) -> Dot? {
        laptops[index].laptop.heads.table.number(of: name.replica).map { Dot($0, name.counter) }
    }

    func known(_ index: Int, _ name: GlobalDot) throws -> Dot {
        guard let dot = dot(index, name) else { throw LaptopError.badDot }
        return dot
    }

    // MARK: - asking

    func view(_ index: Int, _ record: GlobalDot) throws -> RecordView? {
        guard let dot = dot(index, record) else { return nil }
        return try laptops[index].laptop.view(of: dot, laptops[index].store)
    }

    func values(_ index: Int, _ record: GlobalDot, _ field: FieldNumber) throws -> [String] {
        try (view(index, record)?[field]?.values ?? []).map(\.content.shown)
    }

    /// How many claim each value.
    func witnesses(_ index: Int, _ record: GlobalDot, _ field: FieldNumber) throws -> [Int] {
        try (view(index, record)?[field]?.values ?? []).map(\.witnesses.count)
    }

    /// Every value that a field ever had, live or not.
    func history(_ index: Int, _ record: GlobalDot, _ field: FieldNumber) throws -> [String] {
        guard let dot = dot(index, record) else { return [] }
        let node = laptops[index]
        return try (node.laptop.history(of: dot, node.store) ?? []).compactMap { change in
            change.write(to: field).map { Body(change.bodies, $0.body).content.shown }
        }
    }

    func fingerprint(_ index: Int) throws -> [UInt8] {
        try laptops[index].laptop.fingerprint(laptops[index].store)
    }

    func haveConverged() throws -> Bool { try haveConvergedAmong(Array(laptops.indices)) }

    func haveConvergedAmong(_ indices: [Int]) throws -> Bool {
        try Set(indices.map { try fingerprint($0) }).count == 1
    }

    func counts(_ index: Int) throws -> StoreCounts { try laptops[index].store.counts() }

    func standing(_ index: Int, of peer: Int) -> PeerStanding? {
        laptops[index].laptop.standings.first { $0.node == laptops[peer].identity.node }
    }
}

extension Content {
    var shown: String {
        switch self {
        case .text(let text): text
        case .state(let state): "(\(state.name))"
        case .event(let stage, let time): "\(stage)@\(time)"
        case .removal: "(taken out)"
        case .mark(let mark): mark.isRemoved ? "(removed)" : "(restored)"
        case .sealed: "(sealed)"
        case .entry, .opaque, .record, .verification: "(not shown)"
        }
    }
}
