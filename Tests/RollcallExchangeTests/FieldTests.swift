import RollcallCore
import Testing

@testable import RollcallExchange

@Suite struct FieldSchemaTests {
    @Test func `the schema is that of the numbers file, in its order`() throws {
        let rows = try numbers("field")

        #expect(FieldSchema.all.map(\.name) == rows.map(\.name))
        #expect(FieldSchema.all.map(\.number.rawValue) == rows.map(\.value))
        for (field, row) in zip(FieldSchema.all, rows) {
            let words = row.note.split(separator: " ")
            #expect("\(field.number.kind)" == words[2], "\(field.name)")
            #expect("P\(field.number.fieldClass.rawValue)" == words[3], "\(field.name)")
        }
    }

    @Test func `names and numbers lead to each other`() {
        for field in FieldSchema.all {
            #expect(FieldSchema.field(named: field.name) == field)
            #expect(FieldSchema.name(of: field.number) == field.name)
        }
    }

    @Test func `a field that only a newer program knows is named by its number`() {
        #expect(FieldSchema.name(of: FieldNumber(4_321)) == "field_4321")
        #expect(FieldSchema.field(named: "field_4321") == nil)
    }

    @Test func `what waits for all else on the way to others are the parts of files`() {
        #expect(FieldNumber.ofParts == [FieldSchema.filePart, FieldSchema.photoPart])
    }

    @Test func `nobody writes the bookkeeping fields by name`() {
        let bookkeeping = FieldSchema.all.filter { !$0.isWritable }

        #expect(
            bookkeeping.map(\.name)
                == [
                    "entry", "removed", "list_line", "record_kind", "verification", "line_raw",
                    "line_raw_restricted", "file_part", "list_column", "list_key",
                    "stage_closed", "photo", "photo_part", "photo_file", "match", "not_match",
                    "notification",
                    "settled",
                ])
        for field in bookkeeping {
            let refused = InputError(.notWritable, field.name)
            #expect(throws: refused) { try FieldInput.writable(named: field.name) }
            #expect(throws: refused) { try FieldInput.content(field: field, text: "x") }
            #expect(throws: refused) { try FieldInput.state(field: field, named: "unknown") }
        }
        #expect(throws: InputError(.unknownField, "shoe")) {
            try FieldInput.writable(named: "shoe")
        }
    }

    @Test func `the longest value is that of the numbers file`() throws {
        let limit = try #require(try numbers("limit").first { $0.name == "value_bytes_max" })

        #expect(FieldInput.valueBytesMax == Int(limit.value))
    }
}

@Suite struct FieldInputTests {
    @Test func `a decomposed й is stored composed`() throws {
        let decomposed = "Сергіи\u{306} Саві\u{308}"
        let stored = try content("surname", decomposed)

        guard case .text(let text) = stored else {
            Issue.record("no text")
            return
        }
        #expect(Array(text.utf8) == Array("Сергі\u{439} Сав\u{457}".utf8))
    }

    @Test(arguments: [
        ("и\u{306}", "й"), ("і\u{308}", "ї"), ("e\u{301}", "é"), ("\u{2126}", "Ω"),
        ("\u{1112}\u{1161}\u{11ab}", "한"), ("q\u{301}", "q\u{301}"), ("Лук’ян", "Лук’ян"),
        ("\u{483}", "\u{483}"), ("\u{f73}\u{316}", "\u{f71}\u{f72}\u{316}"),
        ("\u{1dcd}\u{f81}", "\u{f71}\u{f80}\u{1dcd}"), ("a\u{316}\u{301}", "\u{e1}\u{316}"),
    ])
    func `text comes out in NFC, byte for byte`(given: String, expected: String) {
        #expect(Array(TidyText(given).text.utf8) == Array(expected.utf8))
    }

    @Test(arguments: ["x", " x", "x ", "\u{a0}x\u{a0}", "\u{2003}\tx\n", "\u{3000}x\u{feff}"])
    func `white space around a value is left out`(given: String) {
        let expected = given.hasSuffix("\u{feff}") ? "x\u{feff}" : "x"
        #expect(TidyText(given).text == expected)
    }

    @Test(arguments: ["", " ", "\t\n", "\u{a0}", "\u{2028}"])
    func `a value of nothing but white space is refused`(given: String) {
        #expect(refusal("surname", given) == InputError(.empty, "surname"))
    }

    @Test func `a value of 65,536 bytes is taken and one of 65,537 refused`() throws {
        #expect(refusal("note", String(repeating: "a", count: 65_536)) == nil)
        #expect(
            refusal("note", String(repeating: "a", count: 65_537))
                == InputError(.tooLong(bytes: 65_537), "note"))
        #expect(refusal("note", String(repeating: "й", count: 32_768)) == nil)
        #expect(
            refusal("note", String(repeating: "й", count: 32_768) + "a")
                == InputError(.tooLong(bytes: 65_537), "note"))
    }

    @Test func `the length counts after NFC`() {
        let decomposed = String(repeating: "и\u{306}", count: 32_768)

        #expect(decomposed.utf8.count == 131_072)
        #expect(refusal("note", decomposed) == nil)
    }

    @Test func `a log takes lines and tabs, each line ended by a line feed`() throws {
        #expect(
            try content("note", "one\r\ntwo\rthree\n\tfour") == .text("one\ntwo\nthree\n\tfour"))
        #expect(refusal("surname", "one\ntwo") == InputError(.controlCharacter, "surname"))
        #expect(refusal("alias", "one\ttwo") == InputError(.controlCharacter, "alias"))
    }

    @Test(arguments: ["a\u{0}b", "a\u{1b}b", "a\u{7f}b", "a\u{85}b", "й\u{9b}й"])
    func `no field takes other control characters`(given: String) {
        for name in ["surname", "note", "alias", "arrival"] {
            #expect(refusal(name, given) == InputError(.controlCharacter, name))
        }
    }

    @Test func `a state is given by its name`() throws {
        for row in try numbers("state") {
            let state = try #require(ValueState(rawValue: UInt8(row.value)))
            #expect(try FieldInput.state(field: field("rank"), named: row.name) == .state(state))
        }
        #expect(throws: InputError(.unknownState, "rank")) {
            try FieldInput.state(field: field("rank"), named: "lost")
        }
        #expect(try content("rank", "unknown") == .text("unknown"))
    }

    @Test func `no error says what the value was`() throws {
        let secret = "Zbrjk"
        let texts = [
            "\(secret)\u{0}", String(repeating: secret, count: 20_000), "\(secret)@\(secret)",
            "@\(secret)",
        ]
        for name in ["surname", "note", "alias", "arrival"] {
            for text in texts {
                guard let error = refusal(name, text) else { continue }
                #expect(!"\(error)".contains(secret) && "\(error)".hasPrefix("\(name): "))
            }
        }
        #expect(throws: InputError.self) {
            do {
                _ = try FieldInput.state(field: field("rank"), named: secret)
            } catch {
                #expect(!"\(error)".contains(secret))
                throw error
            }
        }
    }
}

@Suite struct EventTests {
    @Test func `a stage alone has no time`() throws {
        #expect(try content("arrival", " bus 2 ") == .event(stage: "bus 2", time: 0))
    }

    @Test(arguments: [
        ("2026-03-01T09:30:00Z", 1_772_357_400_000), ("2026-03-01T09:30Z", 1_772_357_400_000),
        ("2026-03-01T11:30+02:00", 1_772_357_400_000), ("2026-03-01t09:30z", 1_772_357_400_000),
        ("2026-02-28 23:30:00-10:00", 1_772_357_400_000),
        ("2026-03-01T09:30:00.1239Z", 1_772_357_400_123),
        ("2026-03-01T09:30:00.5Z", 1_772_357_400_500),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("1970-01-01T00:00:00.001Z", 1),
        ("2000-03-01T00:00:00Z", 951_868_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ])
    func `a time is milliseconds since 1970`(text: String, milliseconds: UInt64) throws {
        #expect(
            try content("arrival", "gate@\(text)") == .event(stage: "gate", time: milliseconds))
    }

    @Test(arguments: [
        "", "today", "2026-03-01", "2026-03-01T09:30", "2026-03-01T09:30:00", "2026-02-29T09:30Z",
        "2026-13-01T09:30Z", "2026-00-01T09:30Z", "2026-03-00T09:30Z", "2026-04-31T09:30Z",
        "2026-03-01T24:00Z", "2026-03-01T09:60Z", "2026-03-01T09:30:60Z", "2026-03-01T09:30:00.Z",
        "2026-03-01T09:30Z ago", "2026-03-01T09:30+2", "2026-03-01T09:30+24:00",
        "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1970-01-01T00:30+01:00",
        "26-03-01T09:30Z", "2026-3-1T09:30Z", "٢٠٢٦-03-01T09:30Z",
    ])
    func `what is no time since 1970 with an offset is refused`(text: String) {
        #expect(refusal("arrival", "gate@\(text)") == InputError(.badTime, "arrival"))
    }

    @Test func `the last @ begins the time, and a stage is needed before it`() throws {
        let time = "2026-03-01T09:30Z"

        #expect(
            try content("arrival", "camp@north @ \(time)")
                == .event(stage: "camp@north", time: 1_772_357_400_000))
        #expect(refusal("arrival", "@\(time)") == InputError(.empty, "arrival"))
        #expect(refusal("arrival", "camp@north") == InputError(.badTime, "arrival"))
    }

    @Test func `a time's text reads back as the time`() throws {
        var time: UInt64 = 1
        while time < 253_402_300_799_999 {
            let text = try #require(EventTime.text(time))
            #expect(EventTime.milliseconds(text) == time, "\(text)")
            time = time * 11 / 10 + 1
        }
        for year in 1970...9999 {
            for end in ["\(year)-01-01T00:00:00.001Z", "\(year)-12-31T23:59:59.999Z"] {
                #expect(EventTime.milliseconds(end).flatMap { EventTime.text($0) } == end)
            }
        }
        #expect(EventTime.text(1_772_357_400_005) == "2026-03-01T09:30:00.005Z")
        #expect(EventTime.text(.max) == nil)
    }

    @Test func `a letter bears at most thirty marks`() throws {
        let field = try FieldInput.writable(named: "surname")
        let marks = String(repeating: "\u{316}", count: 30)
        #expect(throws: Never.self) { try FieldInput.content(field: field, text: "a" + marks) }
        #expect(throws: InputError(.controlCharacter, "surname")) {
            try FieldInput.content(field: field, text: "a" + marks + "\u{301}")
        }
    }
}
