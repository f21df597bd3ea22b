public import RollcallCore

/// What somebody does with the register besides writing.
public enum CustodyAct: UInt8, Sendable, CaseIterable {
    /// Looked at one record.
    case view = 1
    /// Looked at many records at once, or searched them.
    case list = 2
    /// Made a bundle.
    case export = 3
    case roster = 4
    case backup = 5
    case print = 6
    case unlock = 7
    case lock = 8
    /// Began to act as the operator that the change names.
    case `switch` = 9
    /// Ended to.
    case leave = 10
    /// Wrote a list for the other side.
    case disclosure = 11
    /// Wrote numbers for whoever asks.
    case figures = 12
    /// Wrote a list's file as it came.
    case original = 13
}

/// The extra of a change that is for the custody log: never a value of a record.
public struct CustodyEntry: Equatable, Sendable {
    /// A ``CustodyAct``, or one that a newer program made up.
    public var act: UInt8

    public init(_ act: CustodyAct) { self.act = act.rawValue }

    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        act = try reader.u8("act")
        guard act > 0 else { throw FormatError(.outOfLimits, "act") }
        try reader.finish("custody")
    }

    public func encoded() -> [UInt8] { [act] }
}
