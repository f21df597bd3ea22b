import Foundation
import NIOCore
import RollcallControl
import RollcallCore
import RollcallExchange
import RollcallFiles
import RollcallNode

/// What people hand in: rosters, values, and commands as JSON.
enum PeopleEntries {
    static let all = [
        Decoder("list-file", bytesMax: 1 << 15) { bytes in try listFile(bytes) },
        Decoder("sheet", bytesMax: 1 << 15) { bytes in
            // Bytes as a part in an archive that is sound: by chance no sum of one would be right.
            let parts = WorkbookMaker.sample.parts.map { part in
                (part.name, part.name.hasSuffix("sheet1.xml") ? bytes : Array(part.text.utf8))
            }
            try listFile(WorkbookMaker.packed(parts))
        },
        Decoder("picture", bytesMax: 1 << 12) { bytes in
            let picture = try Picture(bytes)
            require(picture.width > 0 && picture.height > 0, "a picture has sides")
        },
        Decoder("roster", bytesMax: 1 << 14) { bytes in try roster(bytes) },
        Decoder("field-input") { bytes in try fieldInput(bytes) },
        Decoder("control-request", bytesMax: 1 << 14) { bytes in
            let request = try ControlRequest(line: Data(bytes))
            require(
                try ControlRequest(line: request.line()) == request, "a request as it was asked")
        },
        Decoder("control-answer", bytesMax: 1 << 14) { bytes in
            let answer = try ControlAnswer(line: Data(bytes))
            require(try ControlAnswer(line: answer.line()) == answer, "an answer as it was given")
        },
        Decoder("enquiry", bytesMax: 1 << 12) { bytes in enquiry(bytes) },
        Decoder("control-lines") { bytes in lines(bytes) },
    ]

    /// A list of any form: text in any encoding, or a workbook.
    private static func listFile(_ bytes: [UInt8]) throws {
        let file = try ListFile(bytes)
        require(!file.roster.header.isEmpty, "a header has columns")
        for row in file.roster {
            guard case .success(let cells) = row.cells else { continue }
            require(cells.count == file.roster.header.count, "a cell for each column")
        }
    }

    private static func roster(_ bytes: [UInt8]) throws {
        let file = try RosterFile(bytes)
        require(!file.header.isEmpty, "a header has columns")
        let plan = try? RosterPlan(
            header: file.header, map: file.header.first.map { [($0, "surname")] } ?? [],
            key: file.header.last, list: "fuzzed"
        ) { UInt64($0.count) }
        var rowCount = 0
        var last = 0
        for row in file {
            require(row.number > last, "rows are numbered upwards")
            last = row.number
            rowCount += 1
            if case .success(let cells) = row.cells {
                require(cells.count == file.header.count, "a cell for each column")
                for index in 0..<cells.count { _ = cells[index] }
            }
            _ = try? plan?.read(row)
        }
        require(rowCount <= bytes.count, "no more rows than bytes")
    }

    private static func fieldInput(_ bytes: [UInt8]) throws {
        var choices = Choices(bytes)
        let fields = FieldSchema.writable
        let field = fields[choices.byte() % fields.count]
        let text = NameEntries.typed(choices.rest())
        _ = try? FieldInput.state(field: field, named: text)
        let content = try FieldInput.content(field: field, text: text)
        let body = Body(content).encoded()
        require(Body(body, 0..<body.count).content == content, "a value is read as it was typed")
        let tidy = FieldInput.normalised(text)
        require(
            Array(FieldInput.normalised(tidy).utf8) == Array(tidy.utf8), "tidied once is tidy")
    }

    /// What a family said, whoever wrote it, beside people of such words.
    private static func enquiry(_ bytes: [UInt8]) {
        var choices = Choices(bytes)
        let fields = ["surname", "given_name", "birth_date", "birth_place", "notification"]
            .compactMap(FieldSchema.field(named:))
        let field = fields[choices.byte() % fields.count].number
        let text = NameEntries.typed(choices.rest())
        guard let node = NodeID([UInt8](repeating: 3, count: 32)) else { return }
        let replica = ReplicaID(node: node, lane: .data, incarnation: 1)
        func facts(_ number: UInt64, _ text: String) -> RecordFacts {
            let claim = Claim(
                dot: Dot(ReplicaNumber(0), number), operatorDot: nil, recordedAt: 0,
                body: Body(.text(text)))
            return RecordFacts(
                NamedDot(replica: replica, counter: number),
                [Siblings(field: field, claims: [claim])])
        }
        var matcher = EnquiryMatcher(Exchange([facts(1, text), facts(2, "Коваль")]).people)
        require(matcher.candidates(for: facts(3, text)).count <= 2, "no more than there are")
        for told in Enquiry(facts(4, text)).told {
            require(Notification(told.notification.text) == told.notification, "as it was told")
        }
    }

    private static func lines(_ bytes: [UInt8]) {
        var choices = Choices(bytes)
        let step = choices.byte() + 1
        let lineBytesMax = choices.byte() + 1
        let stream = choices.rest()
        require(
            lines(stream, step, lineBytesMax) == lines(stream, max(stream.count, 1), lineBytesMax),
            "pieces make the lines of the whole")
    }

    private static func lines(_ stream: [UInt8], _ step: Int, _ lineBytesMax: Int)
        -> [LineSplitter.Line]
    {
        var splitter = LineSplitter(lineBytesMax: lineBytesMax)
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: stream.count, by: step) {
            splitter.append(ByteBuffer(bytes: stream[start..<min(start + step, stream.count)]))
            while let line = splitter.next() { lines.append(line) }
        }
        return lines
    }
}
