import RollcallCore
import Testing

@testable import RollcallExchange

@Suite struct RosterPlanTests {
    @Test func `what whoever wrote a roster could not read is not read as a value`() throws {
        let row = try read("surname,unit,note\nКоваль,[sealed],[opaque]\n")[0].get()
        #expect(row.writes.map(\.field) == [try field("surname").number])
    }

    @Test func `a column named like a field fills it, fields ascending`() throws {
        let row = try #require(try read("note,surname\nsick,Коваль\n").first).get()

        #expect(row.writes.map(\.field) == [FieldNumber(130), FieldNumber(859)])
        #expect(row.writes.map(\.content) == [.text("Коваль"), .text("sick")])
    }

    @Test func `other columns are mapped or left out`() throws {
        let text = "Прізвище,Age,a=b\nКоваль,40,Лис\n"
        let row = try #require(
            try read(text, map: [("Прізвище", "surname"), ("Age", "-"), ("a=b", "alias")]).first
        ).get()

        #expect(row.writes.map(\.content) == [.text("Коваль"), .text("Лис")])
        #expect(row.writes.map(\.field) == [FieldNumber(130), FieldNumber(874)])
    }

    @Test func `a column named like a field can be mapped to another or left out`() throws {
        let row = try #require(
            try read("surname,rank,unit\nx,y,z\n", map: [("surname", "alias"), ("rank", "-")]).first
        ).get()

        #expect(row.writes.map(\.content) == [.text("z"), .text("x")])
    }

    @Test func `columns that nobody mapped are all named`() {
        #expect(
            planRefusal(["surname", "Age", "Shoe"]) == .unknownColumns(["Age", "Shoe"]))
        #expect(
            RosterError.unknownColumns(["Age", "Shoe"]).description.contains("\"Age\", \"Shoe\""))
    }

    @Test func `a mapping that cannot be meant is refused`() {
        let fields = ["surname", "rank"]

        #expect(planRefusal(fields, map: [("Age", "unit")]) == .missingColumn("Age"))
        #expect(planRefusal(fields, key: "No") == .missingColumn("No"))
        #expect(
            planRefusal(fields, map: [("rank", "unit"), ("rank", "sex")])
                == .mappedTwice(column: "rank"))
        #expect(
            planRefusal(fields, map: [("rank", "surname")])
                == .fieldTwice(field: "surname", columns: ["surname", "rank"]))
        #expect(
            planRefusal(fields, map: [("rank", "shoe")])
                == .field(column: "rank", InputError(.unknownField, "shoe")))
        #expect(
            planRefusal(fields, map: [("rank", "removed")])
                == .field(column: "rank", InputError(.notWritable, "removed")))
        #expect(
            planRefusal(["surname", "list_line"])
                == .field(column: "list_line", InputError(.notWritable, "list_line")))
        #expect(planRefusal(["list_line"], map: [("list_line", "-")]) == .nothingMapped)
        #expect(planRefusal(["Bed"], key: "Bed") == .nothingMapped)
    }

    @Test func `names of columns are compared in NFC`() throws {
        #expect(
            planRefusal(["Номерной", "surname"], map: [(" Номернои\u{306}", "unit")]) == nil)
    }

    @Test func `empty cells write nothing`() throws {
        let row = try #require(try read("surname,rank,unit\nx,, \n").first).get()

        #expect(row.writes.map(\.field) == [FieldNumber(130)])
    }

    @Test func `a cell takes what the command line takes`() throws {
        let long = String(repeating: "й", count: 32_768)
        let text = """
            surname,note,arrival
            и\u{306},"one\r\ntwo",gate@2026-03-01T09:30Z
            x,\(long),gate
            x,\(long)a,gate
            x,y,gate@noon
            "x\ny",y,gate
            [refused],y,[unknown]

            """
        let rows = try read(text)

        let first = try rows[0].get()
        #expect(
            first.writes.map(\.content)
                == [.text("й"), .text("one\ntwo"), .event(stage: "gate", time: 1_772_357_400_000)])
        #expect(try rows[1].get().writes.count == 3)
        #expect(rows[2] == .failure(.value(InputError(.tooLong(bytes: 65_537), "note"))))
        #expect(rows[3] == .failure(.value(InputError(.badTime, "arrival"))))
        #expect(rows[4] == .failure(.value(InputError(.controlCharacter, "surname"))))
        #expect(
            try rows[5].get().writes.map(\.content)
                == [.state(.refused), .text("y"), .state(.unknown)])
    }

    @Test func `what is wrong with a row is said without a word of it`() throws {
        let secret = "Zbrjk"
        let text = """
            surname,arrival
            \(secret)
            \(secret)"x,y
            "\(secret)"\(secret),y
            \(secret),\(secret)@\(secret)
            "\(secret)\n",\(secret)
            "\(secret)\n\(secret)",\(secret)
            \(secret),"\(secret)
            """
        let failures = try read(text).compactMap { row in
            if case .failure(let failure) = row { failure } else { nil }
        }

        #expect(failures.count == 6)
        for failure in failures { #expect(!"\(failure)".contains(secret), "\(failure)") }
    }
}

@Suite struct RowIdentityTests {
    @Test func `with a key it is the list and the key cell in NFC`() throws {
        let text = "surname,No\nx, 17 \ny,Аи\u{306}\nz,#1\n"
        let identities = try read(text, key: "No").map { try $0.get().identity }

        #expect(identities == ["stage 1#17", "stage 1#Ай", "stage 1##1"])
        #expect(identities[1].utf8.elementsEqual("stage 1#Ай".utf8))
    }

    @Test func `without a key it is the list and a hash`() throws {
        let identity = try #require(try identities("surname,rank\nx,y\n").first)

        #expect(
            identity == "stage 1#="
                + Base32.digits(
                    testHash(Array("\u{7}surname\u{1}x\u{4}rank\u{1}y".utf8)), count: 13))
        #expect(identity.utf8.count == "stage 1#=".utf8.count + 13)
    }

    @Test func `a row is the same in every dialect and form of its text`() throws {
        let texts = [
            "surname,rank,note\nСергій,x,\"a\nb\"\n",
            "surname;rank;note\r\nСергій;x;\"a\r\nb\"\r\n",
            "\u{feff}surname,rank,note\nСергіи\u{306},\"x\",\"a\nb\"",
            "\nsurname,rank,note\n Сергій,x ,\"a\nb\"\n",
            "surname,rank,note,unit\nСергій,x,\"a\nb\",\n",
        ]

        #expect(Set(try texts.flatMap { try identities($0) }).count == 1)
    }

    @Test func `every filled cell tells rows apart, under its column's name`() throws {
        let texts = [
            "surname,rank\nx,y\n", "surname,rank\ny,x\n", "surname,rank\nx,\n",
            "surname,rank\nxy,\n",
            "surname,unit\nx,y\n", "surname,rank,unit\nx,,y\n", "surname,rank\nx,yz\n",
        ]

        // The fifth and the sixth differ only by a column without a cell.
        #expect(Set(try texts.flatMap { try identities($0) }).count == texts.count - 1)
    }

    @Test func `a column that is left out still counts`() throws {
        let rows = try read("surname,Bed\nx,1\nx,2\n", map: [("Bed", "-")])

        #expect(try rows[0].get().identity != rows[1].get().identity)
        #expect(try rows[0].get().writes.count == 1)
    }

    @Test func `a key never looks like a hash, and unlike keys stay unlike`() throws {
        let rows = try read("surname,No\nx,=1\nx,%=1\nx,1\nx,%1\nx,=\u{307}1\n", key: "No")
        let identities = try rows.map { try $0.get().identity }

        #expect(
            identities == [
                "stage 1#%=1", "stage 1#%%=1", "stage 1#1", "stage 1#%%1", "stage 1#%=\u{307}1",
            ])
    }

    @Test func `a row needs a fit key`() throws {
        let long = String(repeating: "k", count: 65_536)
        let rows = try read("surname,Bed\nx, \nx,\"1\n2\"\nx,\(long)\n", key: "Bed")

        #expect(
            rows == [
                .failure(.emptyKey), .failure(.value(InputError(.controlCharacter, "list_line"))),
                .failure(.value(InputError(.tooLong(bytes: 65_544), "list_line"))),
            ])
    }

    @Test func `the list's name is escaped where it must be`() throws {
        let file = try RosterFile(Array("surname\nx\n".utf8))
        let row = try #require(Array(file).first)
        func prefix(_ list: String) throws -> String {
            try plan(file.header, key: "surname", list: list).read(row).identity
        }

        #expect(try prefix("a#b%c") == "a%23b%25c#x")
        #expect(try prefix(" a\nb\u{85}c\u{1} ") == "a%0Ab%C2%85c%01#x")
        #expect(try prefix("Списки\u{306}") == "Спискй#x")
        #expect(planRefusal(["surname"], list: " ") == .badListName)
        #expect(planRefusal(["surname"], list: String(repeating: "a", count: 257)) == .badListName)
    }

    @Test(arguments: [
        ("stage 1.csv", "stage 1"), ("/a/b.c/list", "list"), ("/a/b/x.y.csv", "x.y"),
        (".csv", ".csv"), ("", ""),
    ])
    func `a list is named after its file`(path: String, name: String) {
        #expect(RosterPlan.listName(ofFile: path) == name)
    }
}
