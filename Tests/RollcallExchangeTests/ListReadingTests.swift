import RollcallCore
import Testing

@testable import RollcallExchange

@Suite struct ListDateTests {
    private func read(_ cell: String, _ name: String = "birth_date") throws -> (String, RowFinding?)
    {
        let date = ListDate(cell, of: try field(name))
        return (date.text, date.finding)
    }

    @Test(arguments: [
        ("12.03.1988", "1988-03-12"), ("12.3.1988 р.н.", "1988-03-12"),
        ("1988-03-12", "1988-03-12"),
        ("12.03.1988 року народження", "1988-03-12"), ("1988 г.р.", "1988"),
        ("31/03/1988", "1988-03-31"),
        ("05/05/1988", "1988-05-05"),
    ]) func `what reads in one way is read`(cell: String, text: String) throws {
        #expect(try read(cell) == (text, nil))
    }

    @Test(arguments: [
        ("12.03.88", "1988-03-12", RowFinding.yearOfTwoDigits),
        ("12.03.25", "2025-03-12", .yearOfTwoDigits),
        ("12.03.26 р.н.", "1926-03-12", .yearOfTwoDigits), ("32214", "1988-03-12", .serialDate),
        ("03.14.1988", "03.14.1988", .swappedDate), ("1988-14-03", "1988-14-03", .swappedDate),
        ("03/04/1988", "03/04/1988", .unreadDate), ("навесні", "навесні", .unreadDate),
        ("12.03.1888", "1888-03-12", .unlikelyDate), ("31.02.1988", "31.02.1988", .unreadDate),
        ("+1.2.1988", "+1.2.1988", .unreadDate),
    ]) func `what somebody should look at is said, and what cannot be read stays`(
        cell: String, text: String, finding: RowFinding
    ) throws {
        #expect(try read(cell) == (text, finding))
    }

    @Test func `of other days the century is another`() throws {
        #expect(try read("12.03.26", "capture_date") == ("2026-03-12", .yearOfTwoDigits))
        #expect(try read("12.03.2023", "capture_date") == ("2023-03-12", nil))
    }

    @Test func `serial days keep the day that never was`() {
        #expect(SerialDate.date(1)?.text == "1900-01-01")
        #expect(SerialDate.date(59)?.text == "1900-02-28")
        #expect(SerialDate.date(61)?.text == "1900-03-01")
        #expect(SerialDate.date(44_197)?.text == "2021-01-01")
        #expect(SerialDate.date(42_735, isFrom1904: true)?.text == "2021-01-01")
        #expect(SerialDate.date(0) == nil && SerialDate.date(.max) == nil)
    }
}

@Suite struct FullNameTests {
    @Test(arguments: [
        ("КОВАЛЬЧУК Сергій Іванович", ["КОВАЛЬЧУК", "Сергій", "Іванович"]),
        ("Ковальчук-Бойко  Сергій", ["Ковальчук-Бойко", "Сергій"]),
        ("Мамедов Алі Гусейн огли", ["Мамедов", "Алі", "Гусейн огли"]),
        ("Бойко (Коваль) Олена Петрівна", ["Бойко (Коваль)", "Олена", "Петрівна"]),
        ("Бойко (Коваль Стара) Олена Петрівна", ["Бойко (Коваль Стара)", "Олена", "Петрівна"]),
    ]) func `a whole name is parted, and stays as written`(text: String, parts: [String]) throws {
        let name = try #require(FullName(text))
        #expect([name.surname, name.givenName, name.patronymic].compactMap(\.self) == parts)
        #expect(!name.isDoubtful)
    }

    @Test(arguments: [
        ("Сергій Іванович Ковальчук", ["Ковальчук", "Сергій", "Іванович"]),
        ("Ковальчук", ["Ковальчук"]), ("Ковальчук С. І.", ["Ковальчук", "С.", "І."]),
        ("а б в г", ["а", "б", "в г"]),
    ]) func `what is not of three parts in order is to be looked at`(text: String, parts: [String])
        throws
    {
        let name = try #require(FullName(text))
        #expect([name.surname, name.givenName, name.patronymic].compactMap(\.self) == parts)
        #expect(name.isDoubtful)
    }

    @Test func `without a word there is no name`() { #expect(FullName(" ") == nil) }
}

@Suite struct ListReadingTests {
    private func first(_ text: String) throws -> RosterRow {
        try #require(try read(text).first).get()
    }

    private func contents(_ row: RosterRow) -> [String: Content] {
        Dictionary(
            uniqueKeysWithValues: row.writes.map { (FieldSchema.name(of: $0.field), $0.content) })
    }

    @Test func `columns are known in three languages`() throws {
        let ukrainian = try first(
            "№ з/п,Прізвище,Ім’я,По батькові,Дата народження,Категорія\n1.,КОВАЛЬ,Петро,Іванович,12.03.1988 р.н.,військовий\n"
        )
        let russian = try first(
            "№ п/п,ФИО,Дата рождения,Категория\n1,КОВАЛЬ Петро Іванович,12.03.1988 г.р.,Военнопленный\n"
        )
        let english = try first(
            "No.,Surname,Given name,Patronymic,Date of birth,Category\n1,КОВАЛЬ,Петро,Іванович,1988-03-12,Military\n"
        )
        #expect(contents(ukrainian) == contents(russian) && contents(russian) == contents(english))
        #expect(contents(english)["line_number"] == .text("1"))
        #expect(contents(english)["surname"] == .text("КОВАЛЬ"))
    }

    @Test func `every name of a column is in the form in which it is looked for`() {
        for name in [
            "Прізвище, ім'я та по батькові", "Ф.И.О.", "П.І.Б.", "№з/п", "Дата нар.", "D.O.B",
        ] {
            #expect(ColumnNames.isKnown(name) || name == "D.O.B", "\(name)")
        }
        #expect(!ColumnNames.isKnown("Разом") && !ColumnNames.isKnown(""))
    }

    @Test func `cells that are read in other words are kept as they stand`() throws {
        let row = try first(
            "ПІБ,Дата народження,Дата полону,Звання,Стать\n Сергій Іванович Коваль ,12.03.88,невідомо,солдат,ч\n"
        )
        #expect(
            row.raw.map(\.cell)
                == ["12.03.88", "ч", "Сергій Іванович Коваль", "невідомо"].sorted { a, b in
                    let order = row.raw.map(\.cell)
                    return order.firstIndex(of: a) ?? 0 < order.firstIndex(of: b) ?? 0
                })
        #expect(row.raw.map(\.cell).count == 4)
        #expect(row.raw.first { $0.column == "Дата полону" }?.isRestricted == true)
        #expect(row.raw.first { $0.column == "Дата народження" }?.isRestricted == false)
        #expect(contents(row)["capture_date"] == .state(.unknown))
        #expect(contents(row)["rank"] == .text("солдат") && contents(row)["sex"] == .text("male"))
    }

    @Test func `nobody knows and nothing was said are not one`() throws {
        let row = try first("surname,given_name,rank,unit,sex\nКоваль,не відомо,Неизвестно,-,\n")
        #expect(
            contents(row) == [
                "surname": .text("Коваль"), "given_name": .state(.unknown),
                "rank": .state(.unknown),
            ])
    }

    @Test func `Latin letters in a Cyrillic word are found, and stay`() throws {
        let row = try first("surname,given_name,rank\nК\u{6F}валь,Петро II,сержант\n")
        #expect(row.findings == [FieldFinding(.mixedScript, try field("surname").number)])
        #expect(contents(row)["surname"] == .text("К\u{6F}валь"))
    }

    @Test func `sums and places to sign are about nobody`() throws {
        let text = "№,ПІБ,Звання\n1,Коваль Петро,солдат\nВсього,,2\n,,підпис\n2,,солдат\n"
        let rows = try read(text).map { try $0.get() }
        #expect(rows.map(\.isNote) == [false, true, true, false])
    }

    @Test func `the count of the lines is in no hash`() throws {
        let one = try read("№,surname\n1,Коваль\n2,Бойко\n").map { try $0.get().identity }
        let other = try read("№,surname\n7,Бойко\n").map { try $0.get().identity }
        #expect(one[1] == other[0] && one[0] != one[1])
    }

    @Test func `a cell that was guarded from a spreadsheet is what it was`() throws {
        let row = try first("surname,next_of_kin_phone,note\n'Коваль,'+380441234567,'=1+1\n")
        #expect(contents(row)["next_of_kin_phone"] == .text("+380441234567"))
        #expect(contents(row)["note"] == .text("=1+1"))
        #expect(contents(row)["surname"] == .text("'Коваль"))
    }
}
