public import RollcallCore

/// What a person typed, as the content of a write.
public enum FieldInput {
    /// How long a value may be, in UTF-8 after NFC (R-4.6).
    public static let valueBytesMax = 65_536

    /// Other text that a person typed, a name or a source, as it is kept: in NFC, no white space around.
    public static func normalised(_ text: String) -> String { TidyText(text).text }

    /// The field of a name, when a person may write it.
    public static func writable(named name: String) throws(InputError) -> Field {
        guard let field = FieldSchema.field(named: name) else {
            throw InputError(.unknownField, name)
        }
        guard field.isWritable else { throw InputError(.notWritable, name) }
        return field
    }

    /// A value for a field; an event is written `STAGE` or `STAGE@TIME`.
    public static func content(field: Field, text: String) throws(InputError) -> Content {
        guard field.isWritable else { throw InputError(.notWritable, field.name) }
        return try content(field: field, TidyText(text))
    }

    /// A state in place of a field's value.
    public static func state(field: Field, named name: String) throws(InputError) -> Content {
        guard field.isWritable else { throw InputError(.notWritable, field.name) }
        guard let state = ValueState(name: name) else {
            throw InputError(.unknownState, field.name)
        }
        return .state(state)
    }

    static func content(field: Field, _ tidy: TidyText) throws(InputError) -> Content {
        let text = try value(field: field, tidy)
        switch field.type {
        case .event: return try event(field: field, text)
        case .date: return .text(PartialDate(text)?.text ?? text)
        case .choice(let choices): return .text(choice(text, among: choices))
        case .record: throw InputError(.needsRecord, field.name)
        case .text, .number, .program: return .text(text)
        }
    }

    /// A choice that was typed in large letters, or with blanks, is the choice.
    private static func choice(_ text: String, among choices: [String]) -> String {
        let typed = text.lowercased().replacing(" ", with: "_")
        return choices.first { $0 == typed } ?? text
    }

    /// Text that may be stored: a log takes lines and tabs, no field other control characters.
    static func value(field: Field, _ tidy: TidyText) throws(InputError) -> String {
        guard !tidy.isEmpty else { throw InputError(.empty, field.name) }
        guard tidy.byteCount <= valueBytesMax else {
            throw InputError(.tooLong(bytes: tidy.byteCount), field.name)
        }
        guard !tidy.hasControlCharacters, !tidy.hasLinesOrTabs || field.number.kind == .log else {
            throw InputError(.controlCharacter, field.name)
        }
        return tidy.text
    }

    /// A time that somebody typed, in UTC to the millisecond; nil where it is none.
    public static func time(_ text: String) -> String? {
        EventTime.milliseconds(normalised(text)).flatMap(EventTime.text)
    }

    private static func event(field: Field, _ text: String) throws(InputError) -> Content {
        guard let at = text.lastIndex(of: "@") else { return .event(stage: text, time: 0) }
        let stage = TidyText(String(text[..<at])).text
        guard !stage.isEmpty else { throw InputError(.empty, field.name) }
        let timeText = TidyText(String(text[text.index(after: at)...])).text
        guard let time = EventTime.milliseconds(timeText) else {
            throw InputError(.badTime, field.name)
        }
        return .event(stage: stage, time: time)
    }
}
