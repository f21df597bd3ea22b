import Foundation
import RollcallFuzzing
import Testing

/// What the fuzzer begins with and all that it ever found, read by the same functions, with traps on.
@Suite(.serialized) struct ReplayTests {
    private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    private static let finds = tests.appendingPathComponent("Finds")

    private static let corpus: Corpus? = try? Corpus(
        vectors: tests.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Protocol/vectors"), finds: finds)

    @Test(arguments: Decoder.all.map(\.name))
    func `every input of the corpus is read or refused`(name: String) throws {
        let corpus = try #require(Self.corpus)
        let decoder = try #require(Decoder.all.first { $0.name == name })
        let inputs = corpus.inputs(for: decoder)
        #expect(inputs.count > 100)
        let taken = try ContinuousClock().measure {
            for input in try inputs + corpus.finds(of: decoder) { decoder.read(input.bytes) }
        }
        print("\(name): \(inputs.count) inputs, \(taken)")
    }

    @Test(arguments: Decoder.all.map(\.name))
    func `what was made to take long is read or refused`(name: String) throws {
        let corpus = try #require(Self.corpus)
        let decoder = try #require(Decoder.all.first { $0.name == name })
        for bomb in corpus.bombs(for: decoder) {
            let taken = ContinuousClock().measure { decoder.read(bomb.bytes) }
            print("\(name) \(bomb.name): \(bomb.bytes.count) bytes, \(taken)")
        }
    }

    @Test func `each find belongs to a decoder, and no two decoders have one name`() throws {
        let names = Decoder.all.map(\.name)
        #expect(Set(names).count == names.count)
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.finds.path)
        #expect(Set(folders).subtracting(names) == [])
    }

    @Test func `a property that does not hold ends the program`() async {
        await #expect(processExitsWith: .failure) { require(false, "planted") }
    }
}
