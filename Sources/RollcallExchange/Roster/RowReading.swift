import RollcallCore

/// What the cells of a row say, one after the other.
struct RowReading {
    var writes: [(field: FieldNumber, content: Content)] = []
    private(set) var raw: [(column: String, cell: String, isRestricted: Bool)] = []
    private(set) var findings: [FieldFinding] = []
    private(set) var lineNumber: String?
    private var isSorted = true

    mutating func take(
        _ cell: TidyText, _ meaning: ColumnMeaning, _ column: String
    ) throws(InputError) {
        let cell = Self.unguarded(cell)
        switch meaning {
        case .ignored: break
        case .field(let field): try take(cell, field, column)
        case .fullName(let surname, let givenName, let patronymic):
            if RosterCell.state(cell.text) != nil || CellWords.isUnknown(cell.text) {
                for field in [surname, givenName] { try take(cell, field, column) }
                return
            }
            try take(cell, [surname, givenName, patronymic].compactMap(\.self), column)
        }
    }

    mutating func sort() {
        if !isSorted { writes.sort { $0.field < $1.field } }
    }

    private mutating func put(_ content: Content, _ field: Field) {
        if let last = writes.last, last.field > field.number { isSorted = false }
        writes.append((field.number, content))
    }

    private mutating func keep(_ column: String, _ cell: TidyText, _ field: Field) {
        raw.append((column, cell.text, field.number.fieldClass.rawValue > 2))
    }

    // MARK: - one field

    private mutating func take(
        _ cell: TidyText, _ field: Field, _ column: String
    ) throws(InputError) {
        if let state = RosterCell.state(cell.text) { return put(.state(state), field) }
        if field.number.kind == .single, CellWords.isUnknown(cell.text) {
            keep(column, cell, field)
            return put(.state(.unknown), field)
        }
        let text: String
        switch field.type {
        case .date: text = try date(cell, field)
        case .number: text = Self.number(cell.text)
        case .choice: text = CellWords.choice(cell.text, of: field) ?? cell.text
        case .text, .event, .record, .program: text = cell.text
        }
        if field.name == "line_number" { lineNumber = text }
        if MixedScript.isIn(text) { findings.append(.init(.mixedScript, field.number)) }
        let content =
            text == cell.text
            ? try FieldInput.content(field: field, cell)
            : try FieldInput.content(field: field, TidyText(text))
        if case .text(let kept) = content, kept != cell.text, field.type != .number {
            keep(column, cell, field)
        }
        put(content, field)
    }

    private mutating func date(_ cell: TidyText, _ field: Field) throws(InputError) -> String {
        let date = ListDate(try FieldInput.value(field: field, cell), of: field)
        if let finding = date.finding { findings.append(.init(finding, field.number)) }
        return date.text
    }

    /// The number of a line without the point behind it.
    private static func number(_ text: String) -> String {
        let digits = text.trimmingSuffix { ".) ".contains($0) }
        return Int(digits) != nil ? String(digits) : text
    }

    // MARK: - a whole name

    private mutating func take(
        _ cell: TidyText, _ fields: [Field], _ column: String
    ) throws(InputError) {
        let text = try FieldInput.value(field: fields[0], cell)
        guard let name = FullName(text) else { return }
        var parts = [name.surname, name.givenName, name.patronymic].compactMap(\.self)
        if parts.count > fields.count {
            parts =
                Array(parts[..<(fields.count - 1)]) + [
                    parts[(fields.count - 1)...].joined(separator: " ")
                ]
        }
        for (part, field) in zip(parts, fields) {
            put(try FieldInput.content(field: field, TidyText(part)), field)
        }
        if parts.joined(separator: " ") != text { keep(column, cell, fields[0]) }
        if name.isDoubtful { findings.append(.init(.nameParts, fields[0].number)) }
        if MixedScript.isIn(text) { findings.append(.init(.mixedScript, fields[0].number)) }
    }

    // MARK: - what guards a cell

    private static func unguarded(_ cell: TidyText) -> TidyText {
        guard cell.text.utf8.first == UInt8(ascii: "'") else { return cell }
        let text = CellGuard.unguarded(cell.text)
        return text.utf8.count == cell.byteCount ? cell : TidyText(text)
    }
}

extension StringProtocol {
    fileprivate func trimmingSuffix(while isDropped: (Character) -> Bool) -> SubSequence {
        var end = endIndex
        while end > startIndex, case let before = index(before: end), isDropped(self[before]) {
            end = before
        }
        return self[..<end]
    }
}
