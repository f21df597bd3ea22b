import Foundation
import RollcallControl

/// What the checks of `doctor` look at: the machine, the home, and what the daemon says if it says anything.
struct Examined {
    enum Daemon: Equatable {
        case open(StatusReport, members: [MemberReport])
        case locked
        case stopped
    }

    var machine: Machine
    var home: String
    var daemon: Daemon

    /// What all checks found, in the order in which they are told.
    var reports: [CheckReport] {
        [
            encryption, swap, room, permissions, passphrase, backup, coreDumps, clock,
            admission, administrators, recoveryKeys, versions,
        ]
    }

    var status: StatusReport? {
        if case .open(let status, _) = daemon { status } else { nil }
    }

    /// Why the daemon says nothing.
    var silence: String {
        daemon == .locked ? DoctorSentences.locked : DoctorSentences.stopped
    }

    /// Whether this laptop keeps anything.
    var isKept: Bool { machine.exists(home + "/keys") }
}

extension Machine {
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}

extension UTCTime {
    /// A time as JSON has it.
    static func date(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
