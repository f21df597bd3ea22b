import Foundation
import RollcallControl
import Testing

@testable import RollcallNode

/// Photos of people (C20), against whole daemons.
@Suite(.timeLimit(.minutes(5)), .serialized) struct PhotoTests {
    /// A picture by its head; what follows is told apart by the seed.
    private func picture(_ seed: Int, bytes: Int = 60_000) -> [UInt8] {
        let head: [UInt8] = [
            0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xc0, 0, 11, 8, 4, 0, 3, 0, 1, 0, 0, 0,
        ]
        return head + (0..<bytes).map { UInt8(truncatingIfNeeded: ($0 &* 37) ^ ($0 >> 7) &+ seed) }
    }

    private func file(_ laptop: LiveDaemon, _ bytes: [UInt8], _ name: String = "a.jpg") throws
        -> String
    {
        let path = "\(laptop.scratch.path)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    private func add(
        _ laptop: LiveDaemon, _ person: String, _ bytes: [UInt8], original: String? = nil
    ) async throws -> PhotoReport {
        let order = PhotoOrder(
            id: person, path: try file(laptop, bytes), original: original, source: "photo table")
        return try await laptop.ask(.addPhoto(order), PhotoReport.self)
    }

    private func photos(_ laptop: LiveDaemon, _ person: String) async throws -> [PhotoRow] {
        try await laptop.rows(.photos(id: person), PhotoRow.self)
    }

    @Test func `C20: one photo that two tables attach is one, everywhere, byte for byte`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "table")
        let (gate, table) = (team[0], team[1])
        let person = try await gate.add(("surname", "Коваль"), ("arrival", "1"))
        try await team.agree()
        try await team.part()
        let bytes = picture(1)
        let first = try await add(gate, person, bytes)
        let again = try await add(gate, person, bytes)
        let there = try await add(table, person, bytes)
        #expect(first.isNew && first.isAttached && !again.isNew && !again.isAttached)
        #expect(there.isNew && there.sha256 == first.sha256 && there.photo != first.photo)
        try await team.meet()

        for laptop in [gate, table] {
            let rows = try await photos(laptop, person)
            #expect(rows.count == 1)
            let row = try #require(rows.first)
            #expect(Set(row.photos) == [first.photo, there.photo] && row.isWhole)
            #expect(row.width == 768 && row.height == 1_024 && row.bytes == bytes.count)
            #expect(row.attached.map(\.witness.source) == ["photo table", "photo table"])
            let content = try await laptop.ask(
                .photoContent(photo: row.photos[0]), PhotoContent.self)
            #expect(Data(base64Encoded: content.base64).map { [UInt8]($0) } == bytes)
        }
        // Taken once more, it is found here; and one detachment is of both.
        #expect(try await add(table, person, bytes).isAttached == false)
        try await table.ask(
            .detachPhoto(id: person, photo: there.photo, reason: "of another man"))
        try await team.agree()
        #expect(try await team.everywhere { try await photos($0, person).count } == 0)
        try await team.stop()
    }

    @Test
    func `C20: a photo of the wrong person is let go of, and kept with who held it to be theirs`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "table")
        let (gate, table) = (team[0], team[1])
        let wrong = try await gate.add(("surname", "Коваль"), ("arrival", "1"))
        let right = try await gate.add(("surname", "Бойко"), ("arrival", "1"))
        let photo = try await add(gate, wrong, picture(2)).photo
        try await team.agree()

        // Whoever attaches a picture that somebody else has is told.
        let second = try await add(table, right, picture(2))
        #expect(second.photo == photo && second.alsoOf == [wrong])
        #expect(try await photos(table, right).first?.alsoOf == [wrong])
        #expect(
            try await table.error(of: .detachPhoto(id: wrong, photo: photo, reason: " "))?.code
                == .usage)
        try await table.ask(.detachPhoto(id: wrong, photo: photo, reason: "of the other man"))
        try await team.agree()

        #expect(try await team.everywhere { try await photos($0, wrong).isEmpty })
        #expect(try await team.everywhere { try await photos($0, right).first?.alsoOf } == [])
        let history = try await gate.rows(.history(id: wrong), HistoryRow.self)
            .filter { $0.field == "photo" }
        #expect(history.count == 2 && history.contains { $0.reason == "of the other man" })
        let copy = "\(gate.scratch.path)/copy.jpg"
        try await gate.ask(.savePhoto(photo: photo, path: copy))
        #expect(try [UInt8](Data(contentsOf: URL(filePath: copy))) == picture(2))
        let custody = try await gate.rows(.custody(record: photo), CustodyRow.self)
        #expect(custody.contains { $0.act == "original" })
        #expect(
            try await table.error(of: .detachPhoto(id: wrong, photo: photo, reason: "again"))?.code
                == .nothingToRemove)
        try await team.stop()
    }

    @Test
    func `a photo is in no search, no list, no export, and not before those who may not see it`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let person = try await gate.add(("surname", "Коваль"), ("arrival", "1"))
        let report = try await add(gate, person, picture(3))
        #expect(try await gate.rows(.list(limit: nil, filters: []), RecordView.self).count == 1)
        #expect(try await gate.rows(.find(text: report.sha256), RecordView.self).isEmpty)
        let people = try await gate.rows(.people(records: nil), PersonRow.self)
        #expect(people.map(\.record) == [person])
        try await gate.ask(.addStage(code: "1", day: nil, place: nil))
        try await gate.ask(.closeStage(code: "1", reason: "over"))
        for recipient in ["own", "side", "press"] {
            let path = "\(gate.scratch.path)/\(recipient).csv"
            try await gate.ask(
                .rosterExport(
                    path: path, order: OutgoingOrder(recipient: recipient, direction: "a_to_b")))
            let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
            #expect(!text.contains(report.sha256) && !text.contains("photo"))
        }

        let tent = try await LiveDaemon("tent")
        try await tent.join(try await gate.invite(role: "observer"), at: try await gate.address)
        #expect(
            try await eventually {
                try await tent.status().fingerprint == (try await gate.status().fingerprint)
            })
        let rows = try await photos(tent, person)
        #expect(rows.map(\.isSealed) == [true])
        #expect(rows.map(\.sha256) == [nil])
        #expect(
            try await tent.error(of: .photoContent(photo: report.photo))?.code == .badValue)
        #expect(!gate.log.text.contains(report.sha256))
        try await gate.stop()
        try await tent.stop()
    }

    @Test
    func
        `a family brings a photo: whoever has the same picture is named, and it stays as long as they ask`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let person = try await gate.add(("surname", "Коваль"), ("arrival", "1"))
        let fields = [
            FieldValue(field: "surname", value: "Koval"),
            FieldValue(field: "asker", value: "Hanna"),
        ]
        let enquiry = try await gate.ask(
            .addEnquiry(fields: fields, operator: nil), WriteReport.self
        ).record
        let brought = try await add(gate, enquiry, picture(8))
        #expect(brought.isNew && brought.alsoOf.isEmpty)
        #expect(try await photos(gate, enquiry).first?.isWhole == true)
        let taken = try await add(gate, person, picture(8))
        #expect(taken.photo == brought.photo && taken.alsoOf == [enquiry])
        #expect(try await photos(gate, enquiry).first?.alsoOf == [person])

        try await gate.ask(.erase(ids: [person], reason: "asked for it"))
        #expect(try await photos(gate, enquiry).first?.isWhole == true)
        let rows = try await gate.rows(
            .erase(ids: [enquiry], reason: "the family asked for it"), ErasureReport.self)
        #expect(Set(rows.map(\.record)) == [enquiry, brought.photo])
        try await gate.stop()
    }

    @Test func `what is no picture is refused with what to do, and leaves nothing behind`()
        async throws
    {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let person = try await gate.add(("surname", "Коваль"), ("arrival", "1"))
        let before = try await gate.status().changes
        for bytes in [[], Array("%PDF-1.7".utf8), picture(4, bytes: 1 << 20)] as [[UInt8]] {
            let error = try await gate.error(
                of: .addPhoto(PhotoOrder(id: person, path: try file(gate, bytes))))
            #expect(error?.code == .badFile && error?.hint != nil)
        }
        let unsound = PhotoOrder(
            id: person, path: try file(gate, picture(4)), original: "not a hash")
        #expect(try await gate.error(of: .addPhoto(unsound))?.code == .badValue)
        let stage = try await gate.ask(
            .addStage(code: "1", day: nil, place: nil), WriteReport.self)
        let ofNobody = PhotoOrder(id: stage.record, path: try file(gate, picture(4)))
        #expect(try await gate.error(of: .addPhoto(ofNobody))?.code == .badValue)
        #expect(try await gate.status().changes == before + 1)
        let original = String(repeating: "ab", count: 32)
        _ = try await add(gate, person, picture(4), original: original)
        #expect(try await photos(gate, person).first?.originalSHA256 == original)
        try await gate.stop()
    }

    @Test
    func `what is believed of a lost laptop takes along the files that it names, and no later one`()
        async throws
    {
        let team = try await ExchangeTeam("gate", "table")
        let (gate, table) = (team[0], team[1])
        let person = try await gate.add(("surname", "Коваль"), ("arrival", "1"))
        try await team.agree()
        try await table.take(
            list: "no,surname,given_name,birth_date\n1,Бойко,Іван,05.01.1990\n", revision: 1)
        _ = try await add(table, person, picture(9, bytes: 30_000))
        let believed = try #require(
            try await table.rows(.history(id: person), HistoryRow.self).last {
                $0.field == "photo"
            }?.dot)
        let late = try await add(table, person, picture(10, bytes: 30_000))
        try await team.agree()
        #expect(try await photos(gate, person).count == 2)

        try await gate.ask(.revoke(node: "table", reason: "left on the bus", upTo: [believed]))
        let rows = try await photos(gate, person)
        #expect(rows.map(\.isWhole) == [true])
        #expect(try await gate.error(of: .photoContent(photo: late.photo)) != nil)
        let list = try #require(try await gate.rows(.lists, ListReport.self).first)
        try await gate.ask(.listFile(id: list.record, path: "\(gate.scratch.path)/list.csv"))
        try await team.stop()
    }

    @Test func `a photo that is erased is said to be, and not to be on its way`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let person = try await gate.add(("surname", "Коваль"), ("arrival", "1"))
        let photo = try await add(gate, person, picture(11)).photo
        try await gate.ask(.erase(ids: [photo], reason: "asked for it"))
        let row = try #require(try await photos(gate, person).first)
        #expect(row.isErased && !row.isWhole && row.sha256 == nil)
        try await gate.stop()
    }

    @Test func `whoever is erased takes along the photos that are of nobody else`() async throws {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let person = try await gate.add(("surname", "Коваль"), ("arrival", "1"))
        let other = try await gate.add(("surname", "Бойко"), ("arrival", "1"))
        let own = try await add(gate, person, picture(5)).photo
        let shared = try await add(gate, person, picture(6)).photo
        _ = try await add(gate, other, picture(6))
        let wrong = try await add(gate, person, picture(7)).photo
        try await gate.ask(.detachPhoto(id: person, photo: wrong, reason: "of nobody here"))

        let rows = try await gate.rows(
            .erase(ids: [person], reason: "asked for it"), ErasureReport.self)
        #expect(Set(rows.map(\.record)) == [person, own, wrong])
        for photo in [own, wrong] {
            #expect(try await gate.error(of: .photoContent(photo: photo)) != nil)
        }
        #expect(try await gate.ask(.photoContent(photo: shared), PhotoContent.self).type != "")
        #expect(try await photos(gate, other).count == 1)
        try await gate.stop()
    }
}
