import Foundation
import RollcallControl
import Testing

@Suite struct ErrorCodeTests {
    /// The rows of one kind in `Protocol/numbers.csv`: name and number.
    static func rows(of kind: String) throws -> [String: Int] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "Protocol/numbers.csv")
        let text = try String(contentsOf: file, encoding: .utf8)
        let cells = text.split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        return Dictionary(
            cells.filter { $0[0] == kind }.compactMap { row in
                Int(row[2]).map { (String(row[1]), $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    @Test func `the error codes are those of the numbers file`() throws {
        let ours = ErrorCode.allCases.map { ($0.rawValue, Int($0.exitCode.rawValue)) }
        #expect(Dictionary(uniqueKeysWithValues: ours) == (try Self.rows(of: "error")))
    }

    @Test func `the exit codes are those of the numbers file`() throws {
        let ours = ExitCode.allCases.map { Int($0.rawValue) }
        #expect(ours == (try Self.rows(of: "exit")).values.sorted())
    }

    @Test func `a code that a newer daemon made up counts as internal`() throws {
        let json = Data(#"{"code":"too-new","message":"m"}"#.utf8)
        let error = try ControlJSON.decode(ControlError.self, from: json)
        #expect(error == ControlError(.internal, "m"))
    }

    @Test func `an error without a hint says so`() throws {
        let json = try ControlJSON.encode(ControlError(.noConflict, "no conflict"))
        #expect(
            String(decoding: json, as: UTF8.self)
                == #"{"code":"no-conflict","hint":null,"message":"no conflict"}"#)
    }
}
