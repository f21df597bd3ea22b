import RollcallCore
import Testing

@testable import RollcallExchange

@Suite struct EffectsBagTests {
    private func isMissing(_ events: String, _ fields: String...) throws -> Bool {
        let records = try fields.enumerated().map { place, field in
            try Facts.record(
                UInt64(place + 1), "surname=x", events, "identity_confirmed=1", field,
                "same_as=1")
        }
        let found = Exchange(records).discrepancies().filter { $0.kind == .effectsMissing }
        #expect(found.allSatisfy { $0.about == ["effects"] && $0.stage == "1" })
        return !found.isEmpty
    }

    @Test func `a bag is known by what stands before its seal`() {
        for text in ["12", "12, seal 443: phone", " 12 : ring", "12;x"] {
            #expect(EffectsBag(text)?.number == "12")
        }
        #expect(EffectsBag("Bag A") == EffectsBag("bag a, ring"))
        for text in ["", "-", "None", "немає", ", ring"] { #expect(EffectsBag(text) == nil) }
    }

    @Test func `a bag is missing once its owner is handed over, and not before`() throws {
        #expect(try !isMissing("arrival=1", "effects=12, seal 4: ring"))
        #expect(try isMissing("handover=1", "effects=12, seal 4: ring"))
        #expect(try !isMissing("handover=1", "effects=none"))
    }

    @Test func `whichever record of the person says it, a bag is given back or held back`() throws {
        #expect(try !isMissing("handover=1", "effects=12: ring", "effects_restored=12"))
        #expect(try !isMissing("handover=1", "effects=12: ring", "effects_held_back=12: court"))
        #expect(try isMissing("handover=1", "effects=12: ring", "effects_restored=13"))
        #expect(
            try isMissing(
                "handover=1", "effects=12: ring", "effects=13: book", "effects_restored=12"))
    }
}
