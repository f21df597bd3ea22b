import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync

/// Which records are enquiries, and what people said of a few of them: a register may hold far more enquiries than people, so what they say
/// stays on the disk.
///
/// 100,000 take about 6 MB; what is looked for stands in the ``SearchIndex``.
struct EnquiryIndex {
    /// What was said of an enquiry, by those who can be told of.
    struct Links: Equatable {
        var matches: [NamedDot]
        /// Pictures that the family brought.
        var photos: [NamedDot] = []
    }

    /// By counter, then in canonical order: so they stand alike on every laptop, the last written at the end.
    private var ordered: [Dot] = []
    private var known: Set<Dot> = []
    private var added: [Dot] = []
    private(set) var links: [Dot: Links] = [:]
    /// The people of the exchange as they are compared with what families say.
    var matcher: EnquiryMatcher?
    var isMatcherOld = true

    func contains(_ record: Dot) -> Bool { known.contains(record) }
    var count: Int { known.count }

    mutating func put(_ record: Dot, _ found: Links) {
        if known.insert(record).inserted { added.append(record) }
        links[record] = found.matches.isEmpty && found.photos.isEmpty ? nil : found
    }

    mutating func drop(_ record: Dot) {
        guard known.remove(record) != nil else { return }
        links[record] = nil
        added.removeAll { $0 == record }
        ordered.removeAll { $0 == record }
    }

    /// All of them, in their order.
    mutating func all(_ table: ReplicaTable) -> [Dot] {
        guard !added.isEmpty else { return ordered }
        if added.count > Self.fewMost {
            ordered = Self.inOrder(ordered + added, table)
        } else {
            for record in added {
                let place = ordered.firstPlace { !Self.precedes($0, record, table) }
                ordered.insert(record, at: place)
            }
        }
        added = []
        return ordered
    }

    /// So many are put in order by themselves sooner than all are gone through.
    private static let fewMost = 64

    /// Some of them, in the order of all.
    mutating func all(of found: Set<Dot>, _ table: ReplicaTable) -> [Dot] {
        found.count > 2_000
            ? all(table).filter(found.contains) : Self.inOrder(Array(found), table)
    }

    private static func inOrder(_ dots: [Dot], _ table: ReplicaTable) -> [Dot] {
        dots.sorted { precedes($0, $1, table) }
    }

    private static func precedes(_ one: Dot, _ other: Dot, _ table: ReplicaTable) -> Bool {
        one.counter == other.counter ? table.precedes(one, other) : one.counter < other.counter
    }
}

extension [Dot] {
    /// Where the first stands for which something holds that holds for all behind it.
    fileprivate func firstPlace(where holds: (Dot) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension Driver {
    /// Whether some live writes of a record say that it is an enquiry; where people said several things, what all readers of it take.
    func isEnquiry(_ record: Dot, _ live: [LiveWrites]) throws -> Bool {
        let said = live.flatMap { entry in
            entry.change.writes.filter {
                $0.field == FieldSchema.recordKind && entry.fields.contains($0.field)
            }.map { laptop.body(of: $0, in: entry.change).content }
        }
        guard said.count > 1 else { return said.first == .text(RecordKind.enquiry.rawValue) }
        return try facts(ofAny: record)?.kind == .enquiry
    }

    /// What was said of an enquiry; nil of one that was removed.
    func links(ofEnquiry record: Dot, _ live: [LiveWrites]) throws -> EnquiryIndex.Links? {
        let isPlain = !live.contains { entry in
            entry.fields.contains { [.removed, FieldSchema.match, FieldSchema.photo].contains($0) }
        }
        if isPlain { return EnquiryIndex.Links(matches: []) }
        guard let facts = try facts(ofAny: record) else { return nil }
        return EnquiryIndex.Links(
            matches: Enquiry(facts).matches.map(\.person),
            photos: facts.records(FieldSchema.photo))
    }

    /// Enquiries that are matched with several records which are still here.
    func severalMatches() -> [EnquiryMatches] {
        let table = laptop.heads.table
        return enquiries.links.filter { $0.value.matches.count > 1 }
            .sorted { table.precedes($0.key, $1.key) }
            .compactMap { record, links in
                guard laptop.erasures(of: record).isEmpty else { return nil }
                let people = links.matches.filter(isThere)
                return people.count < 2
                    ? nil : EnquiryMatches(enquiry: name(of: record), people: people)
            }
    }

    /// The people, ready to be compared; names that were looked at before are not looked at again.
    func withMatcher<Found>(
        _ exchange: Exchange, _ look: (inout EnquiryMatcher) -> Found
    ) -> Found {
        var matcher: EnquiryMatcher
        if let made = enquiries.matcher, !enquiries.isMatcherOld {
            matcher = made
        } else {
            matcher = EnquiryMatcher(exchange.people, after: enquiries.matcher)
        }
        enquiries.matcher = nil
        defer { (enquiries.matcher, enquiries.isMatcherOld) = (matcher, false) }
        return look(&matcher)
    }

    /// Whether a record is here and was not erased.
    func isThere(_ name: NamedDot) -> Bool {
        guard let dot = dot(named: name) else { return false }
        return laptop.erasures(of: dot).isEmpty
    }
}
