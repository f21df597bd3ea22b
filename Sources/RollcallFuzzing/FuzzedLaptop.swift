import RollcallAudit
import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// A laptop with its disk, both copied as they stand before each input.
struct FuzzedLaptop {
    let identity: LaptopIdentity
    var laptop: Laptop
    var register = MemoryRegister()
    var now: Duration = .seconds(1)
    /// What it sent since somebody took it.
    var sent: [UInt8] = []
    private(set) var isClosed = false

    private struct Chance: RandomNumberGenerator, Sendable {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    init(_ name: String, seed: UInt8) throws {
        guard let key = NodeKey(secret: [UInt8](repeating: seed, count: 32)) else {
            throw LaptopError.storeIncomplete
        }
        identity = LaptopIdentity(key: key, tlsKeyHash: sha256(Array(name.utf8)))
        var output = Output()
        laptop = try Laptop(
            identity: identity, name: name, storage: register,
            moment: Moment(now: now, wallClock: 0), chance: Chance(state: UInt64(seed)),
            output: &output)
        carryOut(output)
    }

    var moment: Moment { Moment(now: now, wallClock: 1_800_000_000_000) }

    mutating func act<Result>(
        _ body: (inout Laptop, MemoryRegister, inout Output) throws -> Result
    ) throws -> Result {
        var output = Output()
        let result = try body(&laptop, register, &output)
        carryOut(output)
        try proceed()
        return result
    }

    mutating func handle(_ event: Event) throws {
        carryOut(try laptop.handle(event, moment, register))
        try proceed()
    }

    private mutating func proceed() throws {
        var steps = 0
        while let output = try laptop.proceed(moment, register) {
            carryOut(output)
            steps += 1
            require(steps < 100_000, "work comes to an end")
        }
    }

    private mutating func carryOut(_ output: Output) {
        register.apply(output.commit)
        for sending in output.send { sent += sending.bytes }
        if !output.close.isEmpty || !output.abort.isEmpty { isClosed = true }
    }

    /// The daemon ends and starts again on what is on its disk: no peer may make that impossible.
    mutating func restart() throws {
        var output = Output()
        laptop = try Laptop(
            identity: identity, name: "again", storage: register, moment: moment,
            chance: Chance(state: 5), output: &output)
        carryOut(output)
    }

    /// Does with all that is there what the command line may ask for.
    func show() throws {
        for record in register.records(after: nil, limit: 1_000) {
            _ = try laptop.view(of: record.dot, register)?.isRemoved
            _ = try laptop.history(of: record.dot, register)
            _ = laptop.text(ofRecord: record.dot)
        }
        _ = try laptop.fingerprint(register)
        for standing in laptop.standings { _ = standing.weLack }
        _ = laptop.missing()
        _ = laptop.newcomers
        _ = laptop.deadline
    }
}

/// The laptops that inputs are given to: a founder with some records, a member that the input speaks for, and one
/// that belongs to no register yet.
struct Scene {
    let founder: FuzzedLaptop
    let member: FuzzedLaptop
    let newcomer: FuzzedLaptop
    let code: JoinCode
    static let strangeKeyHash = [UInt8](repeating: 9, count: 32)

    /// Copied for each input; like the decoders, for one thread at a time.
    nonisolated(unsafe) static let shared: Scene = {
        do { return try Scene() } catch { preconditionFailure("the scene is not set: \(error)") }
    }()

    private init() throws {
        var founder = try FuzzedLaptop("founder", seed: 1)
        var member = try FuzzedLaptop("member", seed: 2)
        newcomer = try FuzzedLaptop("newcomer", seed: 3)
        let at = founder.moment
        try founder.act { laptop, storage, output in
            try laptop.found(
                title: "fuzzed", name: "founder", operatorName: "one", at, storage, &output)
        }
        try Self.join(&member, &founder)
        for text in ["Koval", "Bondar", "Melnyk"] {
            _ = try founder.act { laptop, storage, output in
                try laptop.add(
                    [FieldEdit(FieldNumber(130), .put(.text(text)))], Authorship(operatorDot: nil),
                    storage, &output)
            }
        }
        code = try founder.laptop.invite(minutes: 10, admitsAtOnce: false, role: .administrator, at)
        founder.register.hasChanged = false
        self.founder = founder
        self.member = member
    }

    private static func join(_ member: inout FuzzedLaptop, _ founder: inout FuzzedLaptop) throws {
        let at = founder.moment
        let code = try founder.act { laptop, _, _ in
            try laptop.invite(minutes: 10, admitsAtOnce: true, role: .administrator, at)
        }
        try member.act { laptop, _, output in
            try laptop.join(
                address: "founder:1", code: code, name: "member", operatorName: "two", at, &output)
        }
        let session = SessionID(1)
        try founder.handle(
            .opened(session, tlsKeyHash: member.identity.tlsKeyHash, dialled: nil))
        try member.handle(
            .opened(session, tlsKeyHash: founder.identity.tlsKeyHash, dialled: "founder:1"))
        while !founder.sent.isEmpty || !member.sent.isEmpty {
            let (toMember, toFounder) = (founder.sent, member.sent)
            (founder.sent, member.sent) = ([], [])
            if !toMember.isEmpty { try member.handle(.received(session, toMember)) }
            if !toFounder.isEmpty { try founder.handle(.received(session, toFounder)) }
        }
        try founder.handle(.closed(session))
        try member.handle(.closed(session))
        require(
            founder.laptop.membership?.members.count == 2
                && member.laptop.membership?.members.count == 2, "the member has joined")
    }
}
