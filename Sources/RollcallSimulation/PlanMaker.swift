/// Makes a plan from a seed: each seed a random choice of faults, of random strength.
///
/// Swarm testing: a plan in which everything goes wrong at once shows less than many in which a few things do.
public struct PlanMaker {
    public struct Size: Sendable {
        public var nodes: ClosedRange<Int>
        public var edits: Int
        /// Whether faults that depend on how long a message is are left out, to compare two clocks.
        public var isByteless = false
        /// The disk of all plans; nil: mostly models.
        public var disk: Plan.DiskKind?
        /// In how many plans of a hundred a running machine is copied.
        public var forkPercent = 2

        public init(nodes: ClosedRange<Int>, edits: Int) {
            self.nodes = nodes
            self.edits = edits
        }
    }

    private var chance: Chance
    private let seed: UInt64
    private let size: Size
    private var options: Plan.Options
    private var steps: [Step] = []
    private var span: Int64 = 0

    private init(_ seed: UInt64, _ size: Size) {
        chance = Chance(seed: seed, for: 2)
        self.seed = seed
        self.size = size
        options = Plan.Options(seed: seed, nodes: size.nodes.lowerBound)
    }

    public static func plan(seed: UInt64, _ size: Size) -> Plan {
        var maker = PlanMaker(seed, size)
        maker.chooseOptions()
        maker.chooseEdits()
        maker.chooseFaults()
        maker.chooseDuties()
        maker.steps.sort { $0.at < $1.at }
        return Plan(maker.options, maker.steps)
    }

    // MARK: - the team

    private mutating func chooseOptions() {
        options.nodes = chance.between(size.nodes.lowerBound, size.nodes.upperBound)
        options.topology =
            chance.percent(40) ? .mesh : chance.pick(Plan.Topology.allCases)
        options.disk = chance.percent(5) ? .sqlite : chance.percent(5) ? .sealed : .model
        if let disk = size.disk { options.disk = disk }
        options.isCryptoReal = chance.percent(2)
        options.isCompressionOn = chance.percent(20)
        options.pieceBytes = chance.pick([65_536, 65_536, 1_460, 300, 64])
        options.latency = chance.pick([300, 2_000, 20_000, 150_000])
        if !size.isByteless, chance.percent(15) {
            options.bandwidth = chance.pick([4_000, 16_000, 64_000])
        }
        options.diskLatency = chance.pick([0, 300, 5_000, 60_000])
        // Long enough that cables heal and plans meet; short enough that many happen at once.
        span = Int64(chance.between(40, 160)) * 1_000_000
    }

    private mutating func time() -> Int64 { Int64(chance.below(Int(span))) }
    private mutating func node() -> Int { chance.below(options.nodes) }
    private mutating func milliseconds(_ least: Int, _ most: Int) -> UInt64 {
        UInt64(chance.between(least, most))
    }

    // MARK: - people

    private mutating func chooseEdits() {
        let isBursty = chance.percent(30)
        // In some plans one table writes nearly all.
        let favourite = chance.percent(25) ? node() : nil
        while steps.count < size.edits {
            let at = time()
            let burst = isBursty && chance.percent(30) ? chance.between(2, 40) : 1
            let writer = favourite != nil && chance.percent(80) ? favourite ?? 0 : node()
            for index in 0..<min(burst, size.edits - steps.count) {
                steps.append(Step(at + Int64(index) * 300, verb(), writer, chance.next() >> 1))
            }
        }
    }

    private mutating func verb() -> Step.Verb {
        switch chance.below(100) {
        case ..<17: .add
        case ..<72: .set
        case ..<79: .take
        case ..<86: .mark
        default: .resolve
        }
    }

    // MARK: - what goes wrong

    private mutating func chooseFaults() {
        // Some teams have a quiet day.
        if chance.percent(4) { return }
        let isIn = (0..<20).map { _ in chance.percent(30) }
        if isIn[0] { some(3, 30) { $0.cut() } }
        if isIn[1] { some(1, 10) { $0.stall() } }
        if isIn[2], !size.isByteless { some(1, 6) { $0.slow() } }
        if isIn[3] { some(1, 10) { $0.halfClose() } }
        if isIn[4] { some(1, 10) { $0.block() } }
        if isIn[5] { some(1, 6) { $0.partition() } }
        if isIn[6] { flap() }
        if isIn[7] { some(2, 20) { $0.crash() } }
        if isIn[8] { some(1, 6) { $0.pause() } }
        if isIn[9] { some(1, 4) { $0.failDisk() } }
        if isIn[10] { some(1, 4) { $0.fillDisk() } }
        if isIn[11] { some(1, 3) { $0.restoreHome() } }
        if isIn[12], chance.percent(60) { runCopy(.clone) }
        if chance.percent(size.forkPercent) {
            some(1, 2) { $0.runCopy(.fork) }
            if chance.percent(50) { decide(after: time()) }
        }
        if isIn[13] || isIn[14] { some(1, 8) { $0.moveClock() } }
        if isIn[15] || isIn[16] { some(4, 30) { $0.carryStick() } }
        if isIn[17], chance.percent(60) { some(1, 4) { $0.tellLies() } }
        if isIn[18] { some(1, 6) { $0.turnAway() } }
        if isIn[19] { some(1, 3) { $0.misroute() } }
        if chance.percent(20), options.nodes > 2 { joinLate() }
        if chance.percent(3) {
            steps.append(Step(time(), .rot, node(), chance.next() >> 1))
        }
        let isUsual = !steps.contains { $0.verb == .join }
        if isUsual, chance.percent(10), options.nodes > 2 { some(1, 2) { $0.revoke() } }
        if isUsual, options.nodes > 2 { revokeForker() }
        if chance.percent(25) { some(1, 6) { $0.erase() } }
    }

    // MARK: - what is done besides

    /// Drawn last, so that what a seed's plan was before is in it still.
    private mutating func chooseDuties() {
        if chance.percent(30) { some(3, 20) { $0.look() } }
        if chance.percent(15) { some(1, 2) { $0.makeKeysAndRecover() } }
        if chance.percent(20) { some(1, 4) { $0.hold() } }
        if steps.contains(where: { $0.verb == .export }), chance.percent(75) { renewKeys() }
        // Who was let in by whom is to be certain, as where somebody joins late by cable.
        let isUsual = !steps.contains { [.join, .revoke, .fork, .role].contains($0.verb) }
        if isUsual, options.nodes > 2, chance.percent(12) { joinByStick() }
        if chance.percent(25) { some(1, 8) { $0.keep() } }
    }

    /// All have keys for bundles, and some of them a new one later, which somebody may not hear of; a stick that was sealed before
    /// comes after.
    private mutating func renewKeys() {
        let second: Int64 = 1_000_000
        for node in 0..<options.nodes {
            steps.append(Step(Int64(chance.below(3_000_000)), .renew, node))
        }
        for _ in 0..<chance.between(1, 4) {
            let (source, target) = pair()
            var at = time()
            steps.append(Step(at, .export, source, target, chance.next() >> 1))
            at += Int64(chance.between(1, 15)) * second
            if chance.percent(40) {
                let away = chance.percent(50) ? UInt64(source) : UInt64(node())
                steps.append(Step(at - second, .partition, 0, 1 << away, 20_000))
            }
            steps.append(Step(at, .renew, Int(target)))
            for _ in 0..<chance.between(1, 3) {
                at += Int64(chance.between(1, 20)) * second
                steps.append(
                    Step(at, .import, Int(target), chance.next() >> 1, chance.next() >> 1))
            }
        }
    }

    /// At a copy of a machine, too: what both write under one name forks, of words and of files.
    private mutating func keep() {
        let hasCopy = steps.contains { $0.verb == .clone || $0.verb == .fork }
        let node = hasCopy && chance.percent(30) ? options.nodes : node()
        steps.append(Step(time(), .keep, node, chance.next() >> 1))
    }

    private mutating func look() {
        let hasCopy = steps.contains { $0.verb == .clone || $0.verb == .fork }
        let node = hasCopy && chance.percent(30) ? options.nodes : node()
        steps.append(Step(time(), .look, node, chance.next() >> 1))
    }

    /// An administrator makes keys, a second makes a third an operator, and that one recovers; at about that time somebody may make
    /// other keys, and whoever is alone then does not know.
    private mutating func makeKeysAndRecover() {
        let second: Int64 = 1_000_000
        let at = time()
        steps.append(Step(at, .keys, node(), chance.next() >> 1))
        let (by, lost) = pair()
        let lessenedAt = at + Int64(chance.between(1, 30)) * second
        steps.append(Step(lessenedAt, .role, by, lost))
        let recoveredAt = lessenedAt + Int64(chance.between(1, 20)) * second
        steps.append(Step(recoveredAt, .recover, Int(lost), chance.next() >> 1))
        if chance.percent(20) {
            steps.append(Step(recoveredAt + second, .role, node(), lost, 1))
        }
        guard chance.percent(50) else { return }
        if chance.percent(50) {
            steps.append(Step(recoveredAt - second, .partition, 0, 1 << lost, 20_000))
        }
        let madeAt = recoveredAt + Int64(chance.between(0, 15)) * second
        steps.append(Step(madeAt, .keys, node(), chance.next() >> 1))
    }

    private mutating func hold() {
        let at = time()
        steps.append(
            Step(at, .hold, node(), chance.next() >> 1, chance.percent(15) ? 2 : 0))
        for _ in 0..<chance.between(0, 2) {
            let later = at + Int64(chance.between(100, 30_000)) * 1_000
            steps.append(Step(later, .erase, node(), chance.next() >> 1, 1))
        }
        guard chance.percent(50) else { return }
        let later = at + Int64(chance.between(1, 60)) * 1_000_000
        steps.append(
            Step(later, .hold, node(), chance.next() >> 1, chance.percent(20) ? 3 : 1))
    }

    private mutating func some(_ least: Int, _ most: Int, _ fault: (inout Self) -> Void) {
        for _ in 0..<chance.between(least, most) { fault(&self) }
    }

    private mutating func pair() -> (Int, UInt64) {
        let left = node()
        let right = (left + 1 + chance.below(options.nodes - 1)) % options.nodes
        return (left, UInt64(right))
    }

    private mutating func cut() {
        let (left, right) = pair()
        let bytes = size.isByteless ? 0 : UInt64(chance.below(chance.pick([40, 400, 6_000])))
        steps.append(
            Step(time(), .cut, left, right, bytes, chance.percent(30) ? milliseconds(1, 15_000) : 0)
        )
    }

    private mutating func stall() {
        let (left, right) = pair()
        steps.append(Step(time(), .stall, left, right, milliseconds(500, 25_000)))
    }

    private mutating func slow() {
        let (left, right) = pair()
        steps.append(
            Step(time(), .slow, left, right, milliseconds(300, 4_000), milliseconds(2_000, 40_000)))
    }

    private mutating func halfClose() {
        let (left, right) = pair()
        steps.append(Step(time(), .halfClose, left, right))
    }

    private mutating func block() {
        let (left, right) = pair()
        let at = time()
        steps.append(Step(at, .block, left, right, UInt64(chance.between(1, 3))))
        if chance.percent(80) {
            steps.append(Step(at + Int64(chance.between(1, 40)) * 1_000_000, .heal, left, right))
        }
    }

    private mutating func partition() {
        let mask: UInt64 =
            chance.percent(50)
            ? 1 << UInt64(node()) : chance.next() % (1 << UInt64(options.nodes))
        steps.append(Step(time(), .partition, 0, mask, milliseconds(2_000, 60_000)))
    }

    private mutating func flap() {
        let (left, right) = pair()
        var at = time()
        for _ in 0..<chance.between(5, 25) {
            steps.append(Step(at, .block, left, right, 3))
            at += Int64(chance.between(50, 3_000)) * 1_000
            steps.append(Step(at, .heal, left, right))
            at += Int64(chance.between(50, 3_000)) * 1_000
        }
    }

    private mutating func crash() {
        steps.append(
            Step(
                time(), .crash, node(), UInt64(chance.between(1, 12)), milliseconds(1, 15_000),
                chance.percent(30) ? 1 : 0))
    }

    private mutating func pause() {
        steps.append(Step(time(), .pause, node(), milliseconds(100, 20_000)))
    }

    private mutating func failDisk() {
        let isWrite = chance.percent(70)
        steps.append(
            Step(
                time(), isWrite ? .failWrite : .failRead, node(), UInt64(chance.between(1, 20)),
                milliseconds(1_000, 30_000)))
    }

    private mutating func fillDisk() {
        steps.append(Step(time(), .full, node(), milliseconds(500, 30_000)))
    }

    private mutating func restoreHome() {
        let node = node()
        let at = time()
        steps.append(Step(at, .snapshot, node))
        steps.append(Step(at + Int64(chance.between(1, 60)) * 1_000_000, .restore, node))
    }

    private mutating func runCopy(_ verb: Step.Verb) {
        steps.append(Step(time(), verb, node(), milliseconds(5_000, 60_000)))
        // People write at the copy as well: it has the first number after the team's.
        for _ in 0..<chance.between(5, 60) {
            steps.append(Step(time(), self.verb(), options.nodes, chance.next() >> 1))
        }
    }

    private mutating func moveClock() {
        let tenYears: Int64 = 315_576_000_000
        let by = Int64(chance.next() % UInt64(2 * tenYears)) - tenYears
        steps.append(
            chance.percent(75)
                ? Step(time(), .jump, node(), UInt64(bitPattern: by) &+ 1 << 63)
                : Step(time(), .stick, node()))
    }

    private mutating func carryStick() {
        let target = chance.percent(60) ? UInt64(node()) : 99
        var at = time()
        steps.append(Step(at, .export, node(), target, chance.next() >> 1))
        for _ in 0..<chance.between(0, 3) {
            at += Int64(chance.between(1, 30)) * 1_000_000
            steps.append(Step(at, .import, node(), chance.next() >> 1, chance.next() >> 1))
        }
    }

    private mutating func tellLies() {
        steps.append(Step(time(), .lie, node(), chance.next() % 3, milliseconds(2_000, 30_000)))
    }

    private mutating func turnAway() {
        let (left, right) = pair()
        let at = time()
        steps.append(Step(at, .disconnect, left, right))
        steps.append(Step(at + Int64(chance.between(1, 40)) * 1_000_000, .connect, left, right))
    }

    private mutating func revoke() {
        let (left, right) = pair()
        let back = chance.percent(40) ? UInt64(chance.between(1, 30)) : 0
        let at = time()
        steps.append(Step(at, .revoke, left, right, back))
        decide(after: at)
    }

    /// The laptop that was copied is taken out, by one that may know of it, and often with less than it wrote.
    private mutating func revokeForker() {
        guard let fork = steps.last(where: { $0.verb == .fork }), chance.percent(50) else { return }
        let by = (fork.node + 1 + chance.below(options.nodes - 1)) % options.nodes
        let back = chance.percent(40) ? UInt64(chance.between(1, 30)) : 0
        let at = fork.at + Int64(chance.between(100, 60_000)) * 1_000
        steps.append(Step(at, .revoke, by, UInt64(fork.node), back))
        decide(after: at)
    }

    private mutating func decide(after at: Int64) {
        for _ in 0..<chance.between(0, 6) {
            let later = at + Int64(chance.between(1, 60)) * 1_000_000
            steps.append(Step(later, .judge, node(), chance.next() >> 1, chance.next() >> 1))
        }
    }

    private mutating func erase() {
        steps.append(Step(time(), .erase, node(), chance.next() >> 1))
    }

    private mutating func misroute() {
        let (left, right) = pair()
        steps.append(Step(time(), .misroute, left, right, milliseconds(2_000, 40_000)))
    }

    private mutating func joinLate() {
        let newcomer = options.nodes - 1
        var at = time()
        let inviter = UInt64(options.topology == .star ? 0 : newcomer - 1)
        for _ in 0..<chance.between(0, 2) {
            // Often right after it was let in, which is about when it knows nobody else.
            let bytes = chance.percent(50) ? chance.between(159, 236) : chance.between(1, 1_500)
            steps.append(Step(at, .join, newcomer, inviter, UInt64(bytes)))
            at += Int64(chance.between(5, 40)) * 1_000_000
        }
        // One who was cut off once let in may have to find its way by itself.
        let isCutOff = steps.last?.verb == .join && chance.percent(50)
        if !isCutOff { steps.append(Step(at, .join, newcomer, inviter)) }
        switch chance.below(3) {
        case 0: carryBeforeHeardOf(newcomer, inviter, at)
        case 1: concealAdmission(of: newcomer, inviter, at)
        default: break
        }
    }

    private func others(but newcomer: Int, _ inviter: UInt64) -> [Int] {
        (0..<options.nodes).filter { $0 != newcomer && $0 != Int(inviter) }
    }

    /// The inviter keeps a newcomer's admission to itself and passes on what the newcomer writes.
    private mutating func concealAdmission(
        of newcomer: Int, _ inviter: UInt64, _ joinedAt: Int64
    ) {
        let second: Int64 = 1_000_000
        steps.append(
            Step(
                max(joinedAt - second / 2, 0), .lie, Int(inviter), Lie.withhold.rawValue,
                milliseconds(1_500, 4_000)))
        for other in others(but: newcomer, inviter) {
            steps.append(Step(max(joinedAt - second, 0), .block, newcomer, UInt64(other), 3))
            steps.append(Step(joinedAt + 30 * second, .heal, newcomer, UInt64(other)))
        }
        for _ in 0..<chance.between(3, 8) {
            let later = Int64(chance.between(4, 20)) * second
            steps.append(Step(joinedAt + later, .add, newcomer, chance.next() >> 1))
        }
    }

    /// What a newcomer exported for its inviter comes to a laptop that was alone while it was let in.
    private mutating func carryBeforeHeardOf(_ newcomer: Int, _ inviter: UInt64, _ joinedAt: Int64)
    {
        let alone = chance.pick(others(but: newcomer, inviter))
        let second: Int64 = 1_000_000
        steps.append(
            Step(max(joinedAt - second, 0), .partition, 0, 1 << UInt64(alone), 40_000))
        // What the inviter cannot acknowledge is in the bundle: also what others wrote.
        steps.append(Step(joinedAt + 3 * second, .block, newcomer, inviter, 3))
        steps.append(Step(joinedAt + 15 * second, .heal, newcomer, inviter))
        // Open to everybody: it was made for another.
        steps.append(Step(joinedAt + 8 * second, .export, newcomer, inviter, 7 << 3))
        for wait in 1...4 {
            steps.append(
                Step(joinedAt + (8 + Int64(wait)) * second, .import, alone, chance.next() >> 1, 0))
        }
    }

    // MARK: - joining by stick

    /// A request out, an admission back, each perhaps twice, damaged, late, or while a laptop dies.
    private mutating func joinByStick() {
        let newcomer = options.nodes - 1
        var at = time()
        for round in 0..<chance.between(1, 3) {
            // Sometimes the last request is answered twice, sometimes never.
            if round == 0 || chance.percent(50) { meet(&at, Step(at, .request, newcomer)) }
            for _ in 0..<chance.between(round == 0 ? 1 : 0, 2) {
                let by = chance.below(newcomer)
                meet(&at, Step(at, .admit, by, UInt64(newcomer), chance.next() >> 1))
            }
            for _ in 0..<chance.between(1, 3) {
                let which = UInt64(chance.below(3))
                let isTyped: UInt64 = chance.percent(50) ? 1 : 0
                let befalls = chance.percent(50) ? 0 : chance.next() >> 1
                meet(&at, Step(at, .enter, newcomer, which, befalls, isTyped))
            }
        }
    }

    /// Some way of the stick; and what happens there, at times in the middle of a crash or of a disk that fails.
    private mutating func meet(_ at: inout Int64, _ step: Step) {
        let before = at
        at += Int64(chance.between(1, 12)) * 1_000_000
        var step = step
        step.at = at
        let faultAt = max(before, at - 1_000)
        switch chance.below(10) {
        case 0, 1:
            let effects = UInt64(chance.between(1, 6))
            steps.append(
                Step(
                    faultAt, .crash, step.node, effects, milliseconds(1, 4_000),
                    chance.percent(30) ? 1 : 0))
        case 2:
            let writes = UInt64(chance.between(1, 8))
            steps.append(
                Step(faultAt, .failWrite, step.node, writes, milliseconds(100, 3_000)))
        case 3: steps.append(Step(faultAt, .full, step.node, milliseconds(10, 3_000)))
        default: break
        }
        steps.append(step)
    }
}
