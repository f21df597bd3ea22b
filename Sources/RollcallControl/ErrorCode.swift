/// How a program ends, for scripts; the rows `exit` of `Protocol/numbers.csv`.
public enum ExitCode: Int32, CaseIterable, Sendable {
    case done = 0
    case failed = 1
    case usage = 64
    case badInput = 65
    case noDaemon = 69
    /// Somebody may be in between.
    case inBetween = 76
    case notAllowed = 77
}

/// What went wrong, in one word that never changes; the rows `error` of `Protocol/numbers.csv`.
public enum ErrorCode: String, CaseIterable, Sendable {
    // What was typed or read.
    case badValue = "bad-value"
    case valueTooLong = "value-too-long"
    case notUTF8 = "not-utf8"
    case unknownField = "unknown-field"
    case unknownState = "unknown-state"
    case badDot = "bad-dot"
    case badID = "bad-id"
    case badAddress = "bad-address"
    case wrongKind = "wrong-kind"

    // What it was about.
    case ambiguousID = "ambiguous-id"
    case noSuchRecord = "no-such-record"
    case noSuchNode = "no-such-node"
    case ambiguousNode = "ambiguous-node"
    case noSuchOperator = "no-such-operator"
    case contextRequired = "context-required"
    case recordRemoved = "record-removed"
    case recordErased = "record-erased"
    case notRemoved = "not-removed"
    case noConflict = "no-conflict"
    case nothingToRemove = "nothing-to-remove"
    case underHold = "under-hold"
    case noHold = "no-hold"

    // The register and who may join it.
    case noRegister = "no-register"
    case registerExists = "register-exists"
    case joinRefused = "join-refused"
    case joinInBetween = "join-in-between"
    case joinClosed = "join-closed"
    case joinTimeout = "join-timeout"
    case noSuchNewcomer = "no-such-newcomer"
    case inviteOpen = "invite-open"
    case tooManyMembers = "too-many-members"
    case unreachable
    case notUpToDate = "not-up-to-date"
    case administratorAlready = "administrator-already"
    case noRecoveryKeys = "no-recovery-keys"
    case badRecoveryKey = "bad-recovery-key"
    /// `doctor` found something that asks to be done.
    case toDo = "to-do"

    // Files.
    case badBundle = "bad-bundle"
    case sealedForOthers = "sealed-for-others"
    case noBundleKey = "no-bundle-key"
    case otherRegister = "other-register"
    case badFile = "bad-file"
    case fileExists = "file-exists"
    case badCSV = "bad-csv"
    case rowsFailed = "rows-failed"
    case unknownColumn = "unknown-column"
    case newerFile = "newer-file"
    case homeNotEmpty = "home-not-empty"

    // The daemon and its laptop.
    case noDaemon = "no-daemon"
    case daemonRunning = "daemon-running"
    case notAllowed = "not-allowed"
    case locked
    case wrongPassphrase = "wrong-passphrase"
    case wrongPIN = "wrong-pin"
    /// So many PINs were wrong that the next may not be tried yet.
    case pinWait = "pin-wait"
    case passphraseNeeded = "passphrase-needed"
    case noPassphrase = "no-passphrase"
    case diskFull = "disk-full"
    case diskFailed = "disk-failed"
    case busy
    case `internal`
    case usage

    /// How a command ends that met this error.
    public var exitCode: ExitCode {
        switch self {
        case .badValue, .valueTooLong, .notUTF8, .unknownField, .unknownState, .badDot, .badID,
            .badAddress, .wrongKind, .badBundle, .sealedForOthers, .otherRegister, .badFile,
            .badCSV, .rowsFailed,
            .unknownColumn, .badRecoveryKey:
            .badInput
        case .ambiguousID, .noSuchRecord, .noSuchNode, .ambiguousNode, .noSuchOperator,
            .contextRequired, .recordRemoved, .recordErased, .notRemoved, .noConflict,
            .nothingToRemove, .underHold, .noHold,
            .noRegister, .registerExists, .joinRefused, .joinClosed, .joinTimeout,
            .noSuchNewcomer, .inviteOpen, .tooManyMembers, .unreachable, .notUpToDate,
            .fileExists, .newerFile, .homeNotEmpty, .daemonRunning, .diskFull, .diskFailed, .busy,
            .passphraseNeeded, .noPassphrase, .noBundleKey, .toDo, .administratorAlready,
            .noRecoveryKeys,
            .internal:
            .failed
        case .noDaemon: .noDaemon
        case .joinInBetween: .inBetween
        case .notAllowed, .locked, .wrongPassphrase, .wrongPIN, .pinWait: .notAllowed
        case .usage: .usage
        }
    }
}

extension ErrorCode: Codable {
    /// Reads a code; one that a newer daemon made up counts as `internal`.
    public init(from decoder: any Decoder) throws {
        let word = try decoder.singleValueContainer().decode(String.self)
        self = ErrorCode(rawValue: word) ?? .internal
    }
}

/// What a command met instead of a result.
///
/// The message is lower case without a full stop, and names no value of any record.
public struct ControlError: Error, Codable, Equatable, Sendable {
    public var code: ErrorCode
    public var message: String
    @OrNull public var hint: String?

    public init(_ code: ErrorCode, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self._hint = OrNull(wrappedValue: hint)
    }
}

extension ControlError: CustomStringConvertible {
    public var description: String { message }
}
