import Foundation
import RollcallFuzzing

// Runs libFuzzer on one decoder. `tools/fuzz` builds and calls it.
//
//     rollcall-fuzz                              lists the decoders, each with the length of its longest input
//     rollcall-fuzz --corpus VECTORS FINDS OUT   writes inputs for every decoder: into OUT/first what to begin
//                                                with, into OUT/whole what is read once as it is
//     ROLLCALL_FUZZ_TARGET=NAME rollcall-fuzz [libFuzzer's options] [corpus]

private typealias Entry = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ entry: Entry
) -> CInt

private func writeCorpus(vectors: String, finds: String, out: String) throws {
    let corpus = try Corpus(
        vectors: URL(fileURLWithPath: vectors), finds: URL(fileURLWithPath: finds))
    for decoder in Decoder.all {
        try write(corpus.inputs(for: decoder), "\(out)/first/\(decoder.name)")
        try write(
            corpus.finds(of: decoder) + corpus.bombs(for: decoder), "\(out)/whole/\(decoder.name)")
    }
}

private func write(_ inputs: [Corpus.Input], _ path: String) throws {
    let folder = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for input in inputs {
        try Data(input.bytes).write(to: folder.appendingPathComponent(input.name))
    }
}

private let name = ProcessInfo.processInfo.environment["ROLLCALL_FUZZ_TARGET"]
private let words = CommandLine.arguments
if words.count == 5, words[1] == "--corpus" {
    try writeCorpus(vectors: words[2], finds: words[3], out: words[4])
    exit(0)
}
guard let decoder = (Decoder.all + [.planted]).first(where: { $0.name == name }) else {
    for decoder in Decoder.all { print(decoder.name, decoder.bytesMax) }
    exit(name == nil ? 0 : 64)
}

// Found once, not for each input.
private let read = decoder.read

private let entry: Entry = { bytes, count in
    read(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

private var count = CommandLine.argc
private var arguments = CommandLine.unsafeArgv
exit(runFuzzer(&count, &arguments, entry))
