import Foundation
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallFiles
import RollcallTrust

/// What a person said of a roster to import.
struct RosterOrder: Sendable {
    var path: String
    var list: String?
    var key: String?
    var columns: [ColumnField]
    var skipsBad: Bool
    /// Nil for rows that are on no list of either side.
    var origin: ListOrigin? = nil
    var reading = ListReading()
}

/// A roster's file, ready to be read row by row.
struct RosterReading: Sendable {
    var file: RosterFile
    var plan: RosterPlan
    var list: String
    var key: String?
    var revision: ListRevision?
    /// What was said of its columns, now or when an earlier list of its issuer was read.
    var columns: [ColumnField]
    var facts: ListFileFacts
    var rowsWithFormulas: [Int]
    let isPreview: Bool
    /// Whether its lines are what families ask.
    let isOfEnquiries: Bool
    let bytes: [UInt8]

    init(_ order: RosterOrder, _ remembered: RememberedColumns = .init()) throws {
        guard let data = FileManager.default.contents(atPath: order.path) else {
            throw ControlError(.badFile, "the file cannot be read", hint: order.path)
        }
        bytes = [UInt8](data)
        isPreview = order.reading.preview
        isOfEnquiries = order.reading.enquiries ?? false
        guard !isOfEnquiries || order.origin == nil else {
            throw ControlError(
                .usage, "a side's list is of people, and not of enquiries",
                hint: "leave out --enquiries, or --issuer and what goes with it")
        }
        let hash = sha256(bytes)
        revision = try order.origin.map { try ListRevision($0, order.path, hash) }
        if revision != nil, bytes.count > ListOriginal.bytesMax {
            throw ControlError(
                .badFile,
                "the file has over \(ListOriginal.bytesMax >> 20) MiB, and a side's list is kept as it came; nothing was imported",
                hint: "split it, or import it without --issuer")
        }
        list = order.list ?? revision?.series ?? RosterPlan.listName(ofFile: order.path)
        do {
            let said = remembered.columns(besides: order.columns)
            let names = Set(
                (said.map(\.column) + [order.key, remembered.key].compactMap(\.self)).map(
                    FieldInput.normalised))
            let found = try ListFile(
                bytes, sheet: order.reading.sheet, encoding: order.reading.encoding,
                isKnown: { names.contains($0) || ColumnNames.isKnown($0) })
            file = found.roster
            rowsWithFormulas = found.rowsWithFormulas
            let header = Set(file.header)
            columns = said.filter { column in
                header.contains(FieldInput.normalised(column.column))
                    || order.columns.contains(column)
            }
            key = order.key ?? remembered.key.flatMap { header.contains($0) ? $0 : nil }
            plan = try RosterPlan(
                header: file.header, map: columns.map { ($0.column, $0.field) }, key: key,
                list: list, isTrial: order.reading.preview,
                hash: { firstEight(RollcallTrust.sha256($0)) })
            facts = ListFileFacts(
                found, plan,
                remembered: Set(columns.map(\.column)).subtracting(order.columns.map(\.column)),
                key: key, sha256: Driver.hexadecimal(hash), bytes: bytes.count)
        } catch let error as RosterError {
            throw ControlError(Self.code(of: error), error.description, hint: Self.hint(for: error))
        } catch let refusal as FileRefusal {
            throw ControlError(.badFile, refusal.description, hint: refusal.hint)
        }
    }

    private static func code(of error: RosterError) -> ErrorCode {
        switch error {
        case .unknownColumns, .missingColumn: .unknownColumn
        case .field(_, let input) where input.reason == .unknownField: .unknownField
        default: .badCSV
        }
    }

    private static func hint(for error: RosterError) -> String? {
        switch error {
        case .unknownColumns, .field:
            "map a column with --map COLUMN=FIELD, or leave it out with --map COLUMN=-; --preview shows what the others are taken for"
        case .missingColumn: "--preview shows the columns that were found"
        case .header(.notUTF8): "say with --encoding how it is written"
        default: nil
        }
    }
}

extension ListFileFacts {
    fileprivate init(
        _ file: ListFile, _ plan: RosterPlan, remembered: Set<String>, key: String?,
        sha256: String, bytes: Int
    ) {
        var (form, encoding, sheet, sheets) = ("csv", String?.none, String?.none, [String]())
        switch file.form {
        case .text(let found, _): encoding = found.rawValue
        case .workbook(let name, let all): (form, sheet, sheets) = ("xlsx", name, all)
        }
        self.init(
            form: form, encoding: encoding, sheet: sheet, sheets: sheets,
            headerRow: file.roster.headerRow,
            columns: plan.columns.map {
                Column(
                    column: $0.column, field: $0.field, remembered: remembered.contains($0.column))
            }, unknownColumns: plan.unknownColumns, key: key, sha256: sha256, bytes: bytes)
    }
}
