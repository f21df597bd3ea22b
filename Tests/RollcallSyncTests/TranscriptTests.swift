import Foundation
import Testing

/// Worked conversations: each file is a script and, under a rule of dashes, everything the laptops said.
///
/// `ROLLCALL_REWRITE=1` writes them anew. Commit the difference only if you understand it.
@Suite struct TranscriptTests {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Protocol/transcripts")

    static let files: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".txt") }.sorted()

    @Test func `there are worked conversations`() {
        #expect(Self.files.count >= 9)
    }

    @Test(arguments: files)
    func `a conversation goes as it is written down`(file: String) throws {
        let url = Self.folder.appending(path: file)
        let written = try String(contentsOf: url, encoding: .utf8)
        let played = try Script.play(written)
        if ProcessInfo.processInfo.environment["ROLLCALL_REWRITE"] == "1" {
            try played.write(to: url, atomically: true, encoding: .utf8)
        } else {
            #expect(
                Difference(written, played) == nil,
                "\(file): \(Difference(written, played)?.text ?? "")")
        }
    }
}

/// The first line in which two texts differ.
private struct Difference: Equatable {
    var text: String

    init?(_ written: String, _ played: String) {
        guard written != played else { return nil }
        let (left, right) = (written.split(separator: "\n"), played.split(separator: "\n"))
        let index =
            zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            ?? min(left.count, right.count)
        text =
            "line \(index + 1) without blank ones: "
            + "written \(left.dropFirst(index).first ?? "nothing"), played \(right.dropFirst(index).first ?? "nothing")"
    }
}
