import RollcallCore
import RollcallStore
import RollcallSync

/// A random story of a small team, the same for the same seed: writes, restarts, cables pulled, sticks carried.
struct History {
    let world: World
    var oracle = Oracle()
    private var generator: SeededGenerator
    private var sticks: [Stick] = []
    /// Dots that somebody saw once: what a stale form still shows.
    private var seenOnce: [GlobalDot: [GlobalDot]] = [:]
    private var records: [GlobalDot] = []
    private var restarts: UInt64 = 0
    private let seed: UInt64

    init(seed: UInt64) throws {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
        let count = Int.random(in: 3...5, using: &generator)
        world = try World((0..<count).map { "laptop \($0)" }, seed: seed)
        try world.found(0)
        let isComplete = Bool.random(using: &generator)
        for index in 1..<(isComplete ? count : count - 1) {
            try world.join(index, through: 0)
            // What each of them heard of the others differs.
            if Bool.random(using: &generator) { world.unplugAll() }
        }
        world.unplugAll()
        world.chance = SeededGenerator(seed: seed &+ 7)
        world.isPrompt = false
        world.pieceBytes = [11, 100, 1_000, 1 << 20].randomElement(using: &generator) ?? 100
    }

    mutating func run(acts: Int) throws {
        for _ in 0..<acts {
            try act()
            for _ in 0..<Int.random(in: 0...40, using: &generator) { try world.deliverOne() }
        }
    }

    /// Every laptop meets its neighbours in a line; nothing is asked of a star.
    func meetInALine() throws {
        world.unplugAll()
        world.isPrompt = true
        if let newcomer { try world.join(newcomer, through: newcomer - 1) }
        world.unplugAll()
        for index in world.laptops.indices.dropFirst() { try world.plug(index, index - 1) }
        try world.deliverAll()
    }

    /// The last laptop, as long as nobody let it in.
    private var newcomer: Int? {
        world.laptops.indices.last { world.laptops[$0].laptop.membership == nil }
    }

    private mutating func act() throws {
        let index = Int.random(in: world.laptops.indices, using: &generator)
        if index == newcomer {
            let inviter = Int.random(in: 0..<index, using: &generator)
            return try world.join(index, through: inviter, yes: true, address: "inviter:\(inviter)")
        }
        switch Int.random(in: 0..<100, using: &generator) {
        case ..<16: try add(index)
        case ..<48: try set(index)
        case ..<53: try takeOut(index)
        case ..<58: try mark(index)
        case ..<65: try resolve(index)
        case ..<69:
            restarts += 1
            try world.restart(index, seed: seed &* 7_919 &+ restarts)
        case ..<84: try plug(index)
        case ..<89: try world.unplugAll(after: Int.random(in: 0...3_000, using: &generator))
        case ..<92:
            world.unplug(index)
        case ..<95: try world.wait(.seconds(Int.random(in: 1...6, using: &generator)))
        case ..<97:
            let targets = world.laptops.indices.filter { $0 != index }
            sticks.append(
                try world.export(index, for: [targets.randomElement(using: &generator) ?? 0]))
        default:
            if let stick = sticks.randomElement(using: &generator) { try take(stick, index) }
        }
    }

    /// One who never heard of the stick's source takes it another time.
    private func take(_ stick: Stick, _ index: Int) throws {
        do {
            try world.take(stick, index)
        } catch BundleError.unknownSource {}
    }

    private mutating func plug(_ index: Int) throws {
        let other = Int.random(in: world.laptops.indices, using: &generator)
        if other != index { try world.plug(index, other) }
    }

    // MARK: - writing

    private mutating func text() -> String {
        ["one", "two", "three"].randomElement(using: &generator) ?? ""
    }

    private mutating func edit() -> FieldEdit {
        switch Int.random(in: 0..<10, using: &generator) {
        case ..<4: FieldEdit(Fields.surname, .put(.text(text())))
        case 4: FieldEdit(Fields.blood, .put(.text(text())))
        case 5: FieldEdit(Fields.blood, .put(.state(.refused)))
        case 6, 7: FieldEdit(Fields.alias, .put(.text(text())))
        case 8:
            FieldEdit(
                Fields.arrival,
                .put(.event(stage: text(), time: UInt64.random(in: 0...1, using: &generator))))
        default: FieldEdit(Fields.note, .put(.text(text())))
        }
    }

    private mutating func edits() -> [FieldEdit] {
        (0..<Int.random(in: 1...3, using: &generator)).map { _ in edit() }
    }

    /// Does what a person asked, notes what was written; what the laptop refuses leaves nothing.
    private mutating func write(
        _ index: Int, _ body: (inout Laptop, RegisterStore, inout Output) throws -> [Dot]
    ) throws {
        do {
            let dots = try world.act(index, body)
            let node = world.laptops[index]
            for dot in dots {
                guard let stored = try node.store.change(dot) else {
                    throw LaptopError.storeIncomplete
                }
                oracle.note(try Change(dot: dot, stored: stored.content), node.laptop.heads.table)
            }
        } catch let error as LaptopError {
            switch error {
            case .recordRemoved, .notRemoved, .contextRequired, .nothingToRemove, .noSuchRecord,
                .badDot:
                break
            default: throw error
            }
        }
    }

    private mutating func add(_ index: Int) throws {
        let edits = edits()
        var created: Dot?
        try write(index) { laptop, store, output in
            let (record, dots) = try laptop.add(edits, Authorship(operatorDot: nil), store, &output)
            created = record
            return dots
        }
        if let created { records.append(world.name(index, created)) }
    }

    private mutating func record(_ index: Int) -> (GlobalDot, Dot)? {
        guard let record = records.randomElement(using: &generator),
            let dot = world.dot(index, record)
        else { return nil }
        return (record, dot)
    }

    private mutating func set(_ index: Int) throws {
        guard let (name, record) = record(index) else { return }
        let edits = edits()
        let shown =
            try world.view(index, name)?.fields.flatMap(\.values).flatMap(\.witnesses).map(\.dot)
            ?? []
        let context: ReadContext
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: context = .dots([])
        case 1: context = .dots((seenOnce[name] ?? []).compactMap { world.dot(index, $0) })
        case 2: context = .dots(shown)
        default: context = .asStored
        }
        if Bool.random(using: &generator) { seenOnce[name] = shown.map { world.name(index, $0) } }
        try write(index) { laptop, store, output in
            try laptop.set(record, edits, context, Authorship(operatorDot: nil), store, &output)
        }
    }

    private mutating func takeOut(_ index: Int) throws {
        guard let (_, record) = record(index) else { return }
        let edit = FieldEdit(Fields.alias, .take(.text(text())))
        try write(index) { laptop, store, output in
            try laptop.set(record, [edit], .asStored, Authorship(operatorDot: nil), store, &output)
        }
    }

    private mutating func mark(_ index: Int) throws {
        guard let (_, record) = record(index) else { return }
        let isRemoved = Bool.random(using: &generator)
        try write(index) { laptop, store, output in
            try laptop.mark(
                record, isRemoved: isRemoved, Authorship(operatorDot: nil), store, &output)
        }
    }

    private mutating func resolve(_ index: Int) throws {
        guard let (name, record) = record(index),
            let field = try world.view(index, name)?.fields.filter(\.isConflict).randomElement(
                using: &generator),
            let claim = field.values.flatMap(\.witnesses).randomElement(using: &generator)
        else { return }
        try write(index) { laptop, store, output in
            let (dot, _) = try laptop.resolve(
                record, field.field, keep: claim.dot, value: nil, .asStored,
                Authorship(operatorDot: nil),
                store, &output)
            return [dot]
        }
    }
}
