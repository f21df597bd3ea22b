import RollcallFuzzing
import Testing

@Suite struct ReplayTests {
    @Test func `decoders have names`() { #expect(!Decoder.all.isEmpty) }
}
