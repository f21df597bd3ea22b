import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust

/// What the exchange is derived from, in memory: the records of it, of its stages and lists, and of people who stand on a list or to
/// whom anything happened.
///
/// Of a register most people may be neither; they are looked at once, and again when something is written of them.
struct ExchangeIndex {
    private var facts: [Dot: RecordFacts] = [:]
    /// The exchange as it was derived last; nil once something of it is another.
    var known: Exchange?
    /// Records that are to be looked at anew.
    private(set) var stale: Set<Dot> = []
    var filledTo: Dot?
    var isFilled = false

    /// Takes note of records that are being written; whether they stay is seen when they are read.
    mutating func note(_ writes: [StoreWrite]) {
        for write in writes {
            switch write {
            case .record(let record, _): stale.insert(record.dot)
            case .dropRecord(let dot): stale.insert(dot)
            default: continue
            }
        }
    }

    mutating func put(_ record: Dot, _ found: RecordFacts?) {
        stale.remove(record)
        if found?.isDerivedFrom == true || facts[record]?.isDerivedFrom == true { known = nil }
        facts[record] = found
    }

    /// Without pieces of files; nil of what is no part of the exchange.
    subscript(record: Dot) -> RecordFacts? { facts[record] }

    /// In canonical order.
    func all(_ table: ReplicaTable) -> [(dot: Dot, facts: RecordFacts)] {
        facts.map { ($0.key, $0.value) }.sorted { table.precedes($0.0, $1.0) }
    }
}

extension RecordFacts {
    /// Whether anything of an exchange follows from it: a file, of which pieces come one after the other, changes nothing.
    fileprivate var isDerivedFrom: Bool { ![.file, .photo].contains(kind) }
}

extension Driver {
    private static let exchangeRecordsPerSlice = 500

    /// Looks at a slice of what was not looked at yet; false when nothing was left.
    func fillExchange() throws -> Bool {
        if !exchangeIndex.isFilled {
            let page = try store.disk.records(after: exchangeIndex.filledTo, limit: 4_096)
            exchangeIndex.note(page.map { .record($0, conflicts: 0) })
            exchangeIndex.filledTo = page.last?.dot ?? exchangeIndex.filledTo
            exchangeIndex.isFilled = page.count < 4_096
        }
        for record in exchangeIndex.stale.prefix(Self.exchangeRecordsPerSlice) {
            try look(at: record)
        }
        return !exchangeIndex.isFilled || !exchangeIndex.stale.isEmpty
    }

    /// Nil of a record that is not there, or erased.
    func facts(ofAny record: Dot) throws -> RecordFacts? {
        guard laptop.erasures(of: record).isEmpty, let view = try laptop.view(of: record, store),
            !view.isRemoved
        else { return nil }
        return RecordFacts(name(of: record), view.fields)
    }

    /// Whether a record that was noted may be here: what was undone may have been the first of its replica.
    func isStillHere(_ record: Dot) -> Bool { record.replica.rawValue < laptop.heads.table.count }

    /// Puts a record where it belongs: into the exchange, among the enquiries, or nowhere.
    private func look(at record: Dot) throws {
        guard isStillHere(record), laptop.erasures(of: record).isEmpty,
            let live = try laptop.liveWrites(of: record, store),
            live.contains(where: { $0.fields.contains(where: FieldSchema.isOfExchange) })
        else {
            enquiries.drop(record)
            return exchangeIndex.put(record, nil)
        }
        guard try isEnquiry(record, live) else {
            enquiries.drop(record)
            return exchangeIndex.put(record, try facts(of: record))
        }
        exchangeIndex.put(record, nil)
        if let links = try links(ofEnquiry: record, live) {
            enquiries.put(record, links)
        } else {
            enquiries.drop(record)
        }
    }

    /// Nil of a record that was removed.
    private func facts(of record: Dot) throws -> RecordFacts? {
        guard let view = try laptop.view(of: record, store), !view.isRemoved else { return nil }
        // Pieces of files are read by whoever asks for the file, and are no part of what is derived.
        return RecordFacts(
            name(of: record), view.fields.filter { !FieldNumber.ofParts.contains($0.field) }
        ).prepared()
    }

    /// The exchange as it stands.
    func exchange() throws -> Exchange {
        while try fillExchange() {}
        var exchange = exchangeIndex.known ?? derived()
        exchange.matches = severalMatches()
        return exchange
    }

    private func derived() -> Exchange {
        let exchange = Exchange(
            exchangeIndex.all(laptop.heads.table).filter { laptop.erasures(of: $0.dot).isEmpty }
                .map(\.facts), table: laptop.heads.table)
        exchangeIndex.known = exchange
        enquiries.isMatcherOld = true
        return exchange
    }

    /// The records of a kind other than people, in canonical order.
    func records(of kind: RecordKind) throws -> [Dot] {
        while try fillExchange() {}
        return exchangeIndex.all(laptop.heads.table).filter {
            $0.facts.kind == kind && laptop.erasures(of: $0.dot).isEmpty
        }.map(\.dot)
    }
}
