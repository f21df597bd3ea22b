import RollcallCore
import Testing

@testable import RollcallExchange

@Suite struct RosterWriterTests {
    private let surname = FieldNumber(130)
    private let note = FieldNumber(859)
    private let arrival = FieldNumber(913)

    private func text(_ writer: inout RosterWriter) -> String {
        var bytes = writer.drain()
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `the header is the record and every field of a person`() {
        var writer = RosterWriter()
        let header = text(&writer)

        #expect(header.hasPrefix("record,surname,given_name,"))
        #expect(header.contains(",effects,line_number,accepted,") && header.hasSuffix("\r\n"))
        #expect(!header.contains("stage_c") && !header.contains("same_as"))
    }

    @Test func `cells are quoted where they must be, and guarded from being reckoned with`() {
        var writer = RosterWriter(fields: [surname, note])
        writer.append(record: "r.1") { $0 == surname ? [.text("=1+1")] : [.text("a,\"b\"\nc")] }

        #expect(text(&writer) == "record,surname,note\r\nr.1,'=1+1,\"a,\"\"b\"\"\nc\"\r\n")
    }

    @Test func `siblings, states and events have their forms`() {
        var writer = RosterWriter(fields: [surname, arrival, FieldNumber(4_321)])
        let values: [FieldNumber: [Content]] = [
            surname: [.text("Коваль"), .state(.notAsked), .removal],
            arrival: [
                .event(stage: "bus", time: 0), .event(stage: "gate", time: 1_772_357_400_000),
            ],
            FieldNumber(4_321): [.opaque([1])],
        ]
        writer.append(record: "r.1") { values[$0, default: []] }
        writer.append(record: "r.2") { _ in [] }

        #expect(
            text(&writer)
                == "record,surname,arrival,field_4321\r\n"
                + "r.1,Коваль | [not_asked],bus | gate@2026-03-01T09:30:00.000Z,[opaque]\r\nr.2,,,\r\n"
        )
    }

    @Test func `what was drained is not written again`() {
        var writer = RosterWriter(fields: [surname])
        _ = writer.drain()
        writer.append(record: "r.1") { _ in [] }

        #expect(text(&writer) == "r.1,\r\n")
        #expect(text(&writer) == "")
    }

    @Test func `a roster that was written reads back as the same contents`() throws {
        let contents: [FieldNumber: [Content]] = [
            surname: [.state(.refused)], note: [.text("one\n\"two\", 'three';\tй")],
            arrival: [.event(stage: "gate, \"north\"", time: 1_772_357_400_005)],
        ]
        var writer = RosterWriter()
        writer.append(record: "r.1") { contents[$0, default: []] }

        let rows = try read(text(&writer), map: [("record", "-")])
        let writes = try #require(rows.first).get().writes

        #expect(
            Dictionary(uniqueKeysWithValues: writes.map { ($0.field, [$0.content]) }) == contents)
    }
}
