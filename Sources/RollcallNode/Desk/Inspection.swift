import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallSync
import RollcallTrust
import RollcallWire

/// A file that `inspect` may be given.
private enum InspectedFile {
    case bundle(BundleReader)
    /// A capture: the frames of one direction of a session, end to end.
    case frames(InputFile)
    /// The message of a changes frame by itself, as some test vectors have it.
    case changes([UInt8])

    init(_ file: InputFile, _ identities: [AgeIdentity]) throws {
        let head = try file.bytes(at: 0, count: 64)
        if Backup.isBackup(head) {
            throw ControlError(
                .badFile, "this is a backup: it holds a register and a key, not changes to show")
        }
        if JoinRequest.isRequest(head) {
            throw ControlError(
                .badFile, "this is a request to join: it holds keys and a name, no changes",
                hint: "an administrator answers it: `rollcall admit FILE -o ADMISSION`")
        }
        if head.starts(with: BundleFile.magic) || AgeReader.isSealed(head) {
            self = .bundle(try BundleReader(file, identities))
        } else if head.starts(with: "decode: ".utf8) {
            self = try Self.vector(try file.bytes(at: 0, count: file.byteCount))
        } else if head.isEmpty {
            throw ControlError(.badFile, "the file is empty")
        } else {
            self = .frames(file)
        }
    }

    /// Header lines, an empty line, the bytes in hexadecimal.
    private static func vector(_ text: [UInt8]) throws -> Self {
        let lines = String(decoding: text, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let header = lines.prefix { !$0.isEmpty }
        let kind = header.first.map { String($0.dropFirst("decode: ".count)) } ?? ""
        guard let bytes = hexadecimal(lines[header.endIndex...].joined()) else {
            throw ControlError(.badFile, "the test vector's bytes are not in hexadecimal")
        }
        guard !header.contains(where: { $0.hasPrefix("given.replica.") }) else {
            throw ControlError(
                .badFile, "the test vector names replicas that came earlier in a session")
        }
        switch kind {
        case "bundle": return .bundle(try BundleReader(InputFile(bytes: bytes)))
        case "changes": return .changes(bytes)
        case "frame", "frame_message": return .frames(InputFile(bytes: bytes))
        default:
            throw ControlError(
                .badFile, "a test vector of kind \"\(kind)\" has no changes to show",
                hint: "bundle, changes, frame and frame_message have")
        }
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text where !character.isWhitespace {
            guard character.isASCII, let digit = character.hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        return high == nil ? bytes : nil
    }
}

/// Shows changes that this laptop need not have heard of, as one session or bundle mentions them.
struct Inspection: Sendable {
    private var register: RegisterID?
    private var table: ReplicaTable
    private var numbering = SessionReplicas()
    private let operators: [Dot: String]
    private(set) var report = InspectReport(changes: 0)

    init(register: RegisterID?, table: ReplicaTable, operators: [Dot: String]) {
        self.register = register
        self.table = table
        self.operators = operators
    }

    /// The file says which register it is about; ids of records depend on it.
    mutating func isAbout(_ register: [UInt8]) { self.register = RegisterID(register) }

    /// The rows of a frame: none, if it carries no changes.
    mutating func rows(_ frame: Frame) throws -> [HistoryRow] {
        let message = try frame.message(Compression())
        if frame.type == FrameType.changes.rawValue { return try rows(message) }
        if frame.type == FrameType.hello.rawValue, let hello = try? Hello(message) {
            isAbout(hello.register)
        }
        report.otherFrames += 1
        return []
    }

    /// One row for each write, and one for a change without any.
    mutating func rows(_ message: [UInt8]) throws -> [HistoryRow] {
        let changes = try ChangesMessage(message, table: &table, numbering: &numbering).changes
        report.changes += changes.count
        return changes.flatMap { rows($0) }
    }

    mutating func leave(bytes count: Int) { report.bytesLeft = count }

    private func rows(_ change: Change) -> [HistoryRow] {
        let id = table[change.dot.replica]
        let number = register?.recordNumber(table[change.record.replica], change.record.counter)
        var row = HistoryRow(
            dot: table.text(change.dot),
            record: id.lane == .data ? number.map(RegisterID.recordText) : nil,
            kind: Driver.changeKindName(change.kind), field: nil, content: nil, names: [],
            operator: change.operatorDot.flatMap { operators[$0] }, node: id.node.text,
            recordedAt: Driver.time(change.recordedAt), source: nil,
            lane: id.lane == .control ? "control" : "data")
        if change.saysNothing {
            // Of no record, where it refers to itself.
            if change.record == change.dot { row.record = nil }
            row.content = Extras.custody(change).map { .text(Driver.actName($0.act)) }
            return [row]
        }
        return change.writes.map { write in
            let body = Body(change.bodies, write.body)
            row.field = FieldSchema.name(of: write.field)
            row.content = Driver.shown(body.content)
            row.names = write.names.map { table.text($0) }
            row.source = body.source
            row.reason = body.reason
            return row
        }
    }
}

extension Driver {
    /// Begins to look at a file with what this laptop knows of names.
    func inspection() -> Inspection {
        Inspection(
            register: laptop.membership?.register, table: laptop.heads.table,
            operators: laptop.membership?.operators.mapValues(\.name) ?? [:])
    }

    /// What opens bundles that were sealed for this laptop.
    func bundleIdentities() throws -> [AgeIdentity] { try laptop.bundleIdentities(store) }
}

extension Desk {
    /// Sends what is sound of a file, and then says what is wrong with the rest.
    func inspect(_ path: String, _ answer: AnswerLine) async throws {
        var inspection = await driver.inspection()
        do {
            let identities = try await driver.bundleIdentities()
            switch try InspectedFile(try InputFile(path), identities) {
            case .bundle(let bundle): try await show(bundle, &inspection, answer)
            case .frames(let file): try await show(framesOf: file, &inspection, answer)
            case .changes(let message): try await answer.rows(try inspection.rows(message))
            }
        } catch let error as FormatError {
            throw ControlError(
                .badFile, "no bundle, capture or test vector that can be read: \(error)")
        }
        try await answer.result(inspection.report)
    }

    private func show(
        _ bundle: BundleReader, _ inspection: inout Inspection, _ answer: AnswerLine
    ) async throws {
        inspection.isAbout(bundle.manifest.register)
        var soundChunks = bundle.manifest.chunks.count
        var damage: BundleDamage?
        do {
            try bundle.check()
        } catch let found as BundleDamage {
            soundChunks = found.soundChunks
            damage = found
        }
        for index in 0..<soundChunks {
            do {
                var decoder = FrameDecoder()
                decoder.append(try bundle.chunk(index))
                guard let frame = try decoder.next() else { throw FormatError(.truncated, "frame") }
                try await answer.rows(try inspection.rows(frame))
            } catch let error as FormatError {
                throw ControlError(.badBundle, "chunk \(index + 1) of the bundle: \(error)")
            }
        }
        if let damage {
            throw ControlError(
                .badBundle, "the bundle is damaged: \(damage.error)",
                hint: soundChunks == 0
                    ? "no chunk before the damage is whole"
                    : "shown is what comes before: "
                        + "\(soundChunks) of \(damage.chunkCount) chunks")
        }
    }

    private func show(
        framesOf file: InputFile, _ inspection: inout Inspection, _ answer: AnswerLine
    ) async throws {
        var decoder = FrameDecoder()
        var offset = 0
        var number = 1
        do {
            while offset < file.byteCount, !answer.isClosed() {
                let piece = try file.bytes(at: offset, count: 1 << 18)
                guard !piece.isEmpty else { break }
                offset += piece.count
                decoder.append(piece)
                while let frame = try decoder.next() {
                    try await answer.rows(try inspection.rows(frame))
                    number += 1
                }
            }
        } catch let error as FormatError where number > 1 {
            throw ControlError(.badFile, "frame \(number) of the capture: \(error)")
        }
        inspection.leave(bytes: decoder.bytesBuffered)
    }
}
