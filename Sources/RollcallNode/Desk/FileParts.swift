import Foundation
import RollcallCore
import RollcallSync
import RollcallTrust

/// A file in pieces, each a value `NUMBER/COUNT BASE64` of a set of one record: so it comes to all laptops and bundles.
enum FileParts {
    /// Of one part: in base64 it fits what is sent at once over a slow link, so that no edit waits for it.
    static let partBytes = 9 << 10

    /// The changes that keep a file; all of one record, which the first makes.
    ///
    /// - Parameter besides: What the first writes beside its part.
    static func drafts(
        _ bytes: [UInt8], in field: FieldNumber, besides: [(FieldNumber, [UInt8])],
        _ operatorDot: Dot?
    ) -> [Draft] {
        let starts = Array(stride(from: 0, to: max(1, bytes.count), by: partBytes))
        return starts.enumerated().map { index, start in
            var draft = Draft(record: index == 0 ? .new : .createdByFirst, operatorDot: operatorDot)
            let piece = Data(bytes[start..<min(start + partBytes, bytes.count)])
            let text = "\(index + 1)/\(starts.count) \(piece.base64EncodedString())"
            var writes = index == 0 ? besides : []
            writes.append((field, Body(.text(text)).encoded()))
            for (field, body) in writes.sorted(by: { $0.0 < $1.0 }) {
                draft.append(field, body: body)
            }
            return draft
        }
    }

    /// The file that parts make, where they are all there and it has this hash.
    static func bytes(_ parts: [String], sha256 wanted: String) -> [UInt8]? {
        var pieces: [Int: Data] = [:]
        var count = 0
        for part in parts {
            guard let read = read(part), let piece = Data(base64Encoded: String(read.piece))
            else { return nil }
            pieces[read.number] = piece
            count = read.count
        }
        guard count == pieces.count, count > 0 else { return nil }
        var bytes: [UInt8] = []
        for number in 1...count {
            guard let piece = pieces[number] else { return nil }
            bytes += piece
        }
        return Driver.hexadecimal(RollcallTrust.sha256(bytes)) == wanted ? bytes : nil
    }

    /// Of how many a part says that there are.
    static func count(_ part: String) -> Int? { read(part)?.count }

    private static func read(_ part: String) -> (number: Int, count: Int, piece: Substring)? {
        let words = part.split(separator: " ", omittingEmptySubsequences: false)
        let numbers = words.first?.split(separator: "/").compactMap { Int($0) } ?? []
        guard words.count == 2, numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else {
            return nil
        }
        return (numbers[0], numbers[1], words[1])
    }
}
