public import Foundation

/// One line of a daemon's answer.
///
/// A request is answered by any number of rows, progress and interim objects, then by exactly one
/// result or error. Rows make up a list, whose result is null. An interim object is printed at
/// once: the words of a join; and a report that an error follows, such as rows that failed.
///
/// Objects are carried as JSON that is already written: whoever passes them on prints the same
/// bytes, and a list of a hundred thousand records is parsed by nobody in between.
public enum ControlAnswer: Equatable, Sendable {
    case row(Data)
    case progress(ProgressReport)
    case interim(Data)
    case result(Data?)
    case error(ControlError)

    /// A row, written from its value.
    public static func row(of value: some Encodable) throws -> Self {
        .row(try ControlJSON.encode(value))
    }

    /// An interim object, written from its value.
    public static func interim(of value: some Encodable) throws -> Self {
        .interim(try ControlJSON.encode(value))
    }

    /// A result, written from its value.
    public static func result(of value: some Encodable) throws -> Self {
        .result(try ControlJSON.encode(value))
    }

    /// Whether nothing more follows for this request.
    public var isLast: Bool {
        switch self {
        case .row, .progress, .interim: false
        case .result, .error: true
        }
    }

    /// The answer as one line, with its end.
    public func line() throws -> Data {
        switch self {
        case .row(let json): Self.line("row", json)
        case .progress(let progress): Self.line("progress", try ControlJSON.encode(progress))
        case .interim(let json): Self.line("interim", json)
        case .result(let json): Self.line("result", json ?? Data("null".utf8))
        case .error(let error): Self.line("error", try ControlJSON.encode(error))
        }
    }

    /// Reads an answer from its line, with or without the line's end.
    public init(line: Data) throws {
        let line = line.last == UInt8(ascii: "\n") ? line.dropLast() : line
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
            line.last == UInt8(ascii: "}"), colon < line.endIndex - 1
        else { throw Self.notAnAnswer }
        let json = line[(colon + 1)..<(line.endIndex - 1)]

        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "{\"row\"": self = .row(Data(json))
        case "{\"progress\"":
            self = .progress(try ControlJSON.decode(ProgressReport.self, from: Data(json)))
        case "{\"interim\"": self = .interim(Data(json))
        case "{\"result\"": self = .result(json.elementsEqual("null".utf8) ? nil : Data(json))
        case "{\"error\"":
            self = .error(try ControlJSON.decode(ControlError.self, from: Data(json)))
        default: throw Self.notAnAnswer
        }
    }

    private static func line(_ kind: String, _ json: Data) -> Data {
        var line = Data(capacity: kind.utf8.count + json.count + 6)
        line.append(contentsOf: "{\"\(kind)\":".utf8)
        line.append(json)
        line.append(contentsOf: "}\n".utf8)
        return line
    }

    private static let notAnAnswer = ControlError(
        .internal, "the daemon's answer is not one that this program knows",
        hint: "check that `rollcall` and `rollcalld` are of one version")
}

/// How far a long request has come.
public struct ProgressReport: Codable, Equatable, Sendable {
    public var done: Int
    @OrNull public var total: Int?
    @OrNull public var bytes: Int?
    /// What is counted, in the plural: "rows", "changes".
    public var what: String

    public init(done: Int, total: Int? = nil, bytes: Int? = nil, what: String) {
        self.done = done
        self._total = OrNull(wrappedValue: total)
        self._bytes = OrNull(wrappedValue: bytes)
        self.what = what
    }
}
