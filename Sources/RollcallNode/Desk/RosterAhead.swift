import Dispatch
import RollcallCore
import RollcallExchange
import RollcallSync

/// A row of a roster as it was read: what it says, and the change that it is if it is new.
struct ReadRow: Sendable {
    var number: Int
    var outcome: Result<(row: RosterRow, draft: Draft), RowFailure>
}

/// Reads a roster ahead of whoever writes it: a batch is read while the one before is written.
final class RosterAhead: @unchecked Sendable {
    private static let rowsPerBatch = 1_024

    private let plan: RosterPlan
    private let source: String
    private let head: [UInt8]
    private let operatorDot: Dot?
    private let list: NamedDot?
    /// Of a roster that nobody looks at line by line it would only cost memory.
    private let tellsApart: Bool
    private let isOfEnquiries: Bool
    private let queue = DispatchQueue(label: "rollcall-roster")
    // Both are touched on the queue alone.
    private var file: RosterFile
    private var ready: [ReadRow] = []
    /// How often each line was met, and the numbers of those that are alike.
    private var met: [String: [String?]] = [:]

    init(_ reading: RosterReading, operatorDot: Dot?, list: NamedDot? = nil) {
        self.list = list
        tellsApart = list != nil || reading.isPreview || reading.plan.tellsLinesByNumber
        isOfEnquiries = reading.isOfEnquiries
        plan = reading.plan
        source = "list \(reading.list)"
        head = Body.textHead(source: source)
        self.operatorDot = operatorDot
        file = reading.file
        readOn()
    }

    /// The next rows; none when all were given.
    func next() -> [ReadRow] {
        let batch = queue.sync { ready }
        if !batch.isEmpty { readOn() }
        return batch
    }

    private func readOn() {
        queue.async {
            var batch: [ReadRow] = []
            batch.reserveCapacity(Self.rowsPerBatch)
            while batch.count < Self.rowsPerBatch, let row = self.file.next() {
                batch.append(self.read(row))
            }
            self.ready = batch
        }
    }

    private func read(_ row: RosterFile.Row) -> ReadRow {
        do throws(RowFailure) {
            var read = try plan.read(row)
            if tellsApart, !read.isNote { tellApart(&read) }
            return ReadRow(number: row.number, outcome: .success((read, draft(read))))
        } catch {
            return ReadRow(number: row.number, outcome: .failure(error))
        }
    }

    /// Two lines that say the same under two numbers are two people; under one number they are one line, twice.
    private func tellApart(_ row: inout RosterRow) {
        guard var numbers = met[row.identity] else {
            met[row.identity] = [row.lineNumber]
            return
        }
        row.findings.append(FieldFinding(.repeated))
        guard let place = numbers.firstIndex(of: row.lineNumber) else {
            let plain = row.identity
            numbers.append(row.lineNumber)
            if plan.tellsLinesByNumber { row.identity += ".\(numbers.count)" }
            met[plain] = numbers
            return
        }
        if place > 0, plan.tellsLinesByNumber { row.identity += ".\(place + 1)" }
    }

    private func draft(_ row: RosterRow) -> Draft {
        var draft = Draft(record: .new, operatorDot: operatorDot)
        draft.reserve(writeCount: row.writes.count + 1, bodyBytes: 768)
        draft.append(FieldSchema.listLine, head: head, text: row.identity)
        var writes = row.writes
        if isOfEnquiries {
            writes.append((FieldSchema.recordKind, .text(RecordKind.enquiry.rawValue)))
            writes.sort { $0.field < $1.field }
        }
        if let list {
            writes.append((FieldSchema.lineList, .record(list)))
            for (field, isRestricted) in [
                (FieldSchema.lineRaw, false), (FieldSchema.lineRawRestricted, true),
            ] {
                let cells = row.raw.filter { $0.isRestricted == isRestricted }
                    .map { "\($0.column): \($0.cell)" }
                if !cells.isEmpty { writes.append((field, .text(cells.joined(separator: "\n")))) }
            }
            writes.sort { $0.field < $1.field }
        }
        for (field, content) in writes {
            if case .text(let text) = content {
                draft.append(field, head: head, text: text)
            } else {
                draft.append(field, body: Body(content, source: source).encoded())
            }
        }
        return draft
    }
}
