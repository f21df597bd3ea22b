import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallStore
import RollcallSync
import RollcallTrust

/// Finding as one types.
extension Driver {
    private static let recordsPerSlice = 250

    /// Reads a slice of what is not in the index yet; false when nothing was left.
    ///
    /// In slices, so that a laptop that was just unlocked goes on with its other work meanwhile.
    func fillSearch() throws -> Bool {
        if !search.isFilled {
            let page = try store.disk.records(after: search.filledTo, limit: 4_096)
            search.index.note(page.map { .record($0, conflicts: 0) })
            search.filledTo = page.last?.dot ?? search.filledTo
            search.isFilled = page.count < 4_096
        }
        for record in search.index.stale.prefix(Self.recordsPerSlice) {
            search.index.put(record, try texts(of: record))
        }
        if search.isFilled, search.index.stale.isEmpty { _ = try allRecords() }
        return !search.isFilled || !search.index.stale.isEmpty
    }

    /// Whether all is in the index: a little that is missing is read now, and much of it by and by, for nobody waits for it.
    func isSearchFilled() throws -> Bool {
        // Twice: the first call may only find out what there is.
        if try !fillSearch() || !fillSearch() { return true }
        guard !search.isFilling else { return false }
        search.isFilling = true
        Task {
            defer { search.isFilling = false }
            while try fillSearch() { try await Task.sleep(for: .milliseconds(20)) }
        }
        return false
    }

    /// What a record says in texts, folded; nil when it is not there.
    private func texts(of record: Dot) throws -> [UInt8]? {
        guard isStillHere(record), laptop.erasures(of: record).isEmpty,
            let live = try laptop.liveWrites(of: record, store)
        else { return nil }
        let isEnquiry = try isEnquiry(record, live)
        var texts = ""
        for entry in live {
            for write in entry.change.writes
            where entry.fields.contains(write.field) && !FieldNumber.ofParts.contains(write.field) {
                let body = laptop.body(of: write, in: entry.change)
                guard case .text(let text) = body.content else { continue }
                texts += text
                texts += "\0"
                if isEnquiry { texts += alsoFound(write.field, text) }
            }
        }
        return SearchText.foldedBytes(texts)
    }

    /// By what else an enquiry is found: a name by its sound, a number by its digits.
    private func alsoFound(_ field: FieldNumber, _ text: String) -> String {
        if Self.names.contains(field) {
            return SoundWords.sounds(of: text).map { SearchText.soundMark + $0 + "\0" }.joined()
        }
        guard field == Self.contact, let digits = SearchText.digits(text) else { return "" }
        return digits + "\0"
    }

    private static let contact = FieldSchema.field(named: "asker_contact")?.number
    private static let names = Set(
        ["surname", "given_name", "asker"].compactMap { FieldSchema.field(named: $0)?.number })

    /// The records in which a text stands, in the order of their ids.
    func found(_ text: String) throws -> [Dot] {
        let wanted = SearchText.foldedBytes(FieldInput.normalised(text))
        guard !wanted.isEmpty, !wanted.contains(0) else {
            throw ControlError(.usage, "there is nothing to find")
        }
        while try fillSearch() {}
        let found = search.index.records(containing: wanted)
        guard found.count > 64 else {
            return found.map { (laptop.number(ofRecord: $0), $0) }
                .sorted {
                    $0.0 == $1.0 ? laptop.heads.table.precedes($0.1, $1.1) : $0.0 < $1.0
                }.map(\.1)
        }
        return try allRecords().filter(found.contains)
    }
}

/// The index, and how much of the register is in it.
struct Search {
    var index = SearchIndex()
    var filledTo: Dot?
    var isFilled = false
    /// Whether it is being filled by and by.
    var isFilling = false
}
