import RollcallCore
import Testing

/// Every file of `Protocol/vectors`, read with the program's own decoders.
@Suite struct VectorTests {
    typealias Decoder = @Sendable (VectorFile) throws -> Decoded

    static let decoders: [String: Decoder] = [
        NameDecoders.all, ChangeDecoders.all, ChainDecoders.all, FrameDecoders.all,
        MessageDecoders.all, JoinDecoders.all, BundleDecoders.all, MergeDecoders.all,
    ].reduce(into: [:]) { all, some in all.merge(some) { first, _ in first } }

    @Test(arguments: ProtocolFolder.vectors)
    func `each vector is refused by name, or means what it says`(vector: VectorFile) throws {
        let decoder = try #require(Self.decoders[vector.decode], "no decoder “\(vector.decode)”")
        do {
            let decoded = try decoder(vector)
            #expect(vector.expect == "success")
            #expect(decoded.lines == vector.meaning)
            if let encoded = decoded.encoded {
                #expect(Hex.text(encoded) == Hex.text(vector.bytes))
            }
        } catch let error as FormatError {
            #expect(error.refusal.rawValue == vector.expect, "\(error)")
        } catch let outcome as SessionOutcome {
            #expect(outcome.rawValue == vector.expect)
        }
    }

    @Test func `there are vectors for every decoder, and decoders for every vector`() {
        let named = Set(ProtocolFolder.vectors.map(\.decode))
        #expect(named == Set(Self.decoders.keys))
        #expect(ProtocolFolder.vectors.count > 300)
    }

    @Test func `every refusal has a vector`() {
        let expected = Set(ProtocolFolder.vectors.map(\.expect))
        let outcomes: Set = ["success", "incomplete", "version", "register", "fork"]
        #expect(expected.subtracting(outcomes) == Set(Refusal.allCases.map(\.rawValue)))
    }
}
