import Testing

@testable import RollcallExchange

@Suite struct SourceTextTests {
    private func refusal(_ text: String) -> SourceText.Refusal? {
        do {
            _ = try SourceText.kept(text)
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        ("document B2: passport", "document B2: passport"), ("Document b2:passport", nil),
        ("DOCUMENT  B2 :  passport", "document B2: passport"), ("own statement F6", "statement F6"),
        ("other side C3", "other_side C3"), ("list line A1: 117", "list_line A1: 117"),
        // As it is typed on a Cyrillic layout.
        ("witness В2", "witness B2"), ("by sight а1", "visual A1"),
        ("document A1: court: paper 3", "document A1: court: paper 3"),
    ])
    func `a graded source is kept in one form`(typed: String, kept: String?) throws {
        let kept = kept ?? "document B2: passport"
        #expect(try SourceText.kept(typed) == kept)
        let read = try #require(SourceText(kept))
        #expect(read.text == kept && kept.contains(read.grade.text))
    }

    @Test(arguments: [
        "a passport", "document: passport", "statement", "the driver", "from paper, by Ann",
        // A list's name, a bus, a gate: no kind, and no word that is nearly one.
        "list A1", "bus A4: the driver", "gate B2", "B2: passport", "document seen at table 2",
        "document 12: passport", "witness 2", "settled: papers", "", ": B2", "document 2024: x",
    ])
    func `any other text is a source as it is`(text: String) throws {
        #expect(try SourceText.kept(text) == text && SourceText(text) == nil)
    }

    @Test(arguments: [
        ("document G2: passport", SourceText.Refusal.badGrade), ("document B7", .badGrade),
        ("document 2B: passport", .badGrade), ("witness B-2", .badGrade),
        ("register B22: x", .badGrade), ("documnet B2: passport", .unknownKind),
        ("docment B2", .unknownKind), ("witnes C3", .unknownKind),
        ("othr side C3", .unknownKind),
    ])
    func `what is nearly such a form is refused`(text: String, why: SourceText.Refusal) {
        #expect(refusal(text) == why)
        #expect(SourceText(text) == nil)
    }
}
