/// What a column of a list holds.
enum ColumnMeaning: Equatable, Sendable {
    case field(Field)
    /// Surname, given name and patronymic in one cell, for three fields.
    case fullName(surname: Field, givenName: Field, patronymic: Field?)
    /// Nothing that is wanted.
    case ignored
}

/// What lists call the fields, in Ukrainian, Russian and English: the one place for it.
public enum ColumnNames {
    /// What a column is mapped to that holds whole names.
    public static let fullName = "full_name", fullNameLatin = "full_name_latin"

    /// Whether a column's name says what it holds.
    public static func isKnown(_ name: String) -> Bool { meaning(of: name) != nil }

    /// What a column of this name holds; nil where nobody can know.
    static func meaning(of name: String) -> ColumnMeaning? {
        if let field = FieldSchema.field(named: name) { return .field(field) }
        let plain = plain(name)
        if let target = targets[plain] { return meaning(mapped: target) }
        return FieldSchema.field(named: plain.replacing(" ", with: "_"))
            .flatMap { $0.isWritable ? .field($0) : nil }
    }

    /// What a person means who maps a column to this; nil where that is no field.
    static func meaning(mapped target: String) -> ColumnMeaning? {
        switch target {
        case RosterPlan.ignored: .ignored
        case fullName:
            .fullName(
                surname: field("surname"), givenName: field("given_name"),
                patronymic: field("patronymic"))
        case fullNameLatin:
            .fullName(
                surname: field("surname_latin"), givenName: field("given_name_latin"),
                patronymic: nil)
        default: FieldSchema.field(named: target).map { .field($0) }
        }
    }

    private static func field(_ name: String) -> Field {
        guard let field = FieldSchema.field(named: name) else {
            preconditionFailure("no field \(name)")
        }
        return field
    }

    /// A name in small letters, without points and brackets, one blank between words.
    private static func plain(_ name: String) -> String {
        let marks: [Character: Character] = [
            "’": "'", "ʼ": "'", "`": "'", "_": " ", ".": " ", ",": " ", ":": " ", ";": " ",
            "(": " ", ")": " ", "*": " ",
        ]
        let text = String(name.lowercased().map { marks[$0] ?? $0 })
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static let targets = Dictionary(
        uniqueKeysWithValues: names.flatMap { target, names in
            names.split(separator: "|").map { (String($0), target) }
        })

    /// Each name as ``plain(_:)`` makes it.
    private static let names: [(target: String, names: String)] = [
        // Ours, in a roster that a laptop wrote.
        (RosterPlan.ignored, "record"),
        (
            fullName,
            "піб|п і б|піб особи|піб полоненого|прізвище ім'я по батькові|прізвище ім'я та по батькові"
                + "|прізвище ім'я|прізвище та ім'я|прізвище власне ім'я по батькові"
                + "|прізвище власне ім'я та по батькові|прізвище власне ім'я по батькові за наявності"
                + "|фио|ф и о|фамилия имя отчество|фамилия имя и отчество|фамилия имя|фамилия и имя"
                + "|full name|name|name in full|surname and given name|surname given name"
        ),
        (
            fullNameLatin,
            "піб латиницею|піб латинкою|фио латиницей|фио на латинице|full name latin|name latin"
                + "|name in latin|full name in latin"
        ),
        ("surname", "прізвище|фамилия|last name|family name"),
        ("given_name", "ім'я|імя|власне ім'я|имя|given name|given names|first name"),
        ("patronymic", "по батькові|побатькові|отчество"),
        ("surname_latin", "прізвище латиницею|прізвище латинкою|фамилия латиницей|surname latin"),
        ("given_name_latin", "ім'я латиницею|ім'я латинкою|имя латиницей|given name latin"),
        ("sex", "стать|пол|gender"),
        (
            "birth_date",
            "дата народження|дата нар|д н|день народження|рік народження|рік нар|дата рождения"
                + "|дата рожд|д р|год рождения|год рожд|число місяць рік народження"
                + "|число месяц год рождения|date of birth|birth date|birthdate|dob|year of birth"
        ),
        ("birth_place", "місце народження|место рождения|place of birth|birth place"),
        ("nationality", "громадянство|гражданство|citizenship"),
        ("category", "категорія|категория|категорія особи|категория лица"),
        ("rank", "звання|військове звання|звание|воинское звание|в звання|в звание"),
        (
            "unit",
            "в/ч|військова частина|частина|підрозділ|воинская часть|часть|подразделение|military unit"
        ),
        ("service_branch", "рід військ|род войск|вид збройних сил|branch"),
        ("service_number", "особистий номер|личный номер|номер жетона|service number"),
        (
            "tax_number",
            "рнокпп|іпн|ідентифікаційний код|ідентифікаційний номер|инн|tax number|tax id"
        ),
        ("document", "документ|паспорт|серія та номер паспорта|серия и номер паспорта|passport"),
        ("occupation", "професія|посада|профессия|должность|profession"),
        (
            "address_before",
            "адреса|адреса проживання|місце проживання|адрес|место жительства|address"
        ),
        ("father_name", "ім'я батька|имя отца|father's name"),
        ("mother_maiden_name", "дівоче прізвище матері|девичья фамилия матери"),
        ("alias", "псевдонім|псевдоним|інші імена|другие имена|also known as|aka"),
        ("callsign", "позивний|позывной|call sign"),
        (
            "capture_date",
            "дата полону|дата полонення|дата взяття в полон|дата взяття у полон|дата потрапляння в полон"
                + "|дата пленения|дата взятия в плен|date of capture|captured on"
        ),
        (
            "capture_place",
            "місце полону|місце полонення|место пленения|место взятия в плен|place of capture"
        ),
        ("held_at", "місце утримання|место содержания|place of detention"),
        ("prisoner_number", "номер військовополоненого|номер военнопленного|prisoner number"),
        ("health", "стан здоров'я|здоров'я|состояние здоровья|здоровье"),
        ("next_of_kin", "родичі|близькі родичі|контактна особа|родственники|близкие родственники"),
        (
            "next_of_kin_phone",
            "телефон|телефон родичів|контактний телефон|телефон родственников|контактный телефон|phone"
        ),
        ("note", "примітка|примітки|коментар|примечание|примечания|комментарий|notes|remarks"),
        (
            "line_number",
            "№|№ з/п|№з/п|з/п|№ п/п|№п/п|п/п|n п/п|no|nr|n|#|номер|порядковий номер|порядковый номер|line"
                + "|line no"
        ),
    ]
}
