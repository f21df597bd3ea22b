import RollcallControl

/// All that `doctor` says.
enum DoctorSentences {
    static let abstract = "Look at what protects this laptop, and say what is to be done."
    static let discussion = """
        One line for each check: whether it is good, what was found, and what to do. What cannot be seen is said to be so. \
        Much of it needs no daemon; a laptop that is unlocked says most. Nothing is changed. It ends with 0 if nothing is \
        to be done, else with 1.
        """

    static func line(_ report: CheckReport) -> [String] {
        let mark =
            switch report.standing {
            case .good: "good"
            case .act: "to do"
            case .unseen: "unseen"
            }
        return [report.check, mark, report.found + (report.advice.map { "; " + $0 } ?? "")]
    }

    static func toDo(_ count: Int, of all: Int) -> String {
        "\(counted(count)) of \(counted(all, "check")) \(count == 1 ? "asks" : "ask") for something to be done"
    }

    // MARK: - why something is not seen

    static let stopped = "no daemon runs for this home"
    static let locked = "this laptop is locked"
    static let noHome = "there is no such home yet"
    static let nothingKept = "nothing is kept on this laptop yet"
    static let noMount = "the kernel does not say what the home lies on"
    static func cannotRead(_ path: String) -> String { "\(path) cannot be read" }

    // MARK: - disk

    static func encrypted(_ device: String) -> String { "the home lies encrypted, on \(device)" }
    static func notEncrypted(_ device: String) -> String {
        "the home's disk is not encrypted: \(device)"
    }
    static func unknownDisk(_ device: String, _ kind: String) -> String {
        "the home lies on \(device) (\(kind)), which does not say whether it is encrypted"
    }
    static let encryptDisk =
        "values are sealed all the same; encrypt the disk with LUKS for what else it shows, such as how many records there are"

    static let noSwap = "no memory is ever swapped out"
    static func safeSwap(_ areas: [String]) -> String {
        "memory is swapped out only to what is encrypted or is memory: \(list(areas))"
    }
    static func openSwap(_ areas: [String]) -> String {
        "memory may be swapped out in clear, to \(list(areas))"
    }
    static let turnOffSwap = "run `swapoff -a` and take it out of /etc/fstab, or encrypt it"

    static func room(_ free: Int, _ register: Int) -> String {
        "\(mebibytes(free)) free, the register has \(mebibytes(register))"
    }
    static func makeRoom(_ needed: Int) -> String {
        "make room: backups and erasures need \(mebibytes(needed))"
    }
    private static func mebibytes(_ bytes: Int) -> String { "\(counted(bytes >> 20)) MiB" }

    // MARK: - home

    static func openToOthers(_ paths: [String]) -> String {
        "others may open \(list(paths))"
    }
    static func ownersAlone(_ count: Int) -> String {
        "the home is its owner's alone, and all \(counted(count - 1)) in it"
    }
    static func closeHome(_ path: String) -> String {
        "run `chmod -R go-rwx '\(path)'`, as its owner"
    }
    static let hasPassphrase = "a passphrase locks this laptop"
    static let addPassphrase = "run `rollcall passphrase add`"
    static let noBackup = "no backup was made from this home"
    static func backup(daysAgo days: Int) -> String {
        days < 1
            ? "a backup was made today" : "the last backup was made \(counted(days, "day")) ago"
    }
    static let makeBackup = "run `rollcall backup FILE`, and keep the file elsewhere"
    static let noCoreDumps = "a crash leaves no copy of memory"
    static let coreDumps = "a crash would leave a copy of memory on the disk"
    static let updateDaemon = "start the daemon anew, as `rollcalld`"
    static let coreTaker = "a crash hands the memory to another program: kernel.core_pattern"
    static let noCoreTaker = "run `sysctl kernel.core_pattern=core`"

    // MARK: - others

    static func clockDiffers(_ far: [(name: String, seconds: Int)]) -> String {
        "the clock is not that of "
            + list(far.map { "\($0.name) (\($0.seconds > 0 ? "+" : "")\($0.seconds) s)" })
    }
    static func clocksAgree(_ count: Int) -> String {
        count == 0
            ? "no other laptop's is known" : "it agrees with \(counted(count, "other laptop"))"
    }
    static func synchronised(_ seen: String) -> String { "the clock is set by another; \(seen)" }
    static func unsynchronised(_ seen: String) -> String { "nobody sets the clock; \(seen)" }
    static func noClock(_ seen: String) -> String {
        "the kernel does not say whether anybody sets the clock; \(seen)"
    }
    static let setClock =
        "set it by hand, or turn on time synchronisation: people read its times, though nothing is ordered by them"

    static func requestIsOut(_ request: RequestReport) -> String {
        "a request to join is out since \(request.madeAt.map(Sentences.minute) ?? "?"), number \(request.number)"
    }
    static let bringRequest =
        "bring it to an administrator, and run `rollcall import ADMISSION` with the answer"
    static let takenOut = "this laptop was taken out of the register"
    static let seeStatus = "`rollcall status` says why, and who says so"
    static let notAdmitted = "nothing here says that this laptop was let in"
    static let meetInviter =
        "connect the laptop through which it joined; if that lost its disk, nobody knows of this one: "
        + "join anew with an empty home"
    static let isAdmitted = "this laptop is a member of the register"

    static let oneAdministrator = "only one laptop may let others in and take them out"
    static let secondAdministrator =
        "lost, it ends both for good: make another with `rollcall promote NODE`"
    static func administrators(_ all: Int, _ lately: Int) -> String {
        "\(counted(all)) administrators, \(counted(lately)) here in the last "
            + "\(counted(Examined.absentDaysMax, "day"))"
    }
    static let meetAdministrator =
        "meet another, or make one with `rollcall promote NODE`"
    static let noRecoveryKeys =
        "there are none: if every administrator's laptop is lost, nobody can let others in or take them out"
    static let makeRecoveryKeys =
        "an administrator runs `rollcall recovery-keys`, with three papers at hand"
    static let recoveryKeysOfTakenOut =
        "they were made on a laptop that was taken out, and whoever had it may have seen them"
    static func recoveryKeysApart(_ count: Int) -> String {
        "\(counted(count)) sets of them were made apart, and two keys of any restore an administrator"
    }
    static let makeRecoveryKeysAnew =
        "an administrator makes new ones in their place: `rollcall recovery-keys`"
    static let hasRecoveryKeys = "two of three keys on paper restore an administrator"
    static let versions =
        "\(Release.line(of: "rollcall")); which one other laptops and the daemon run is not known"

    private static func list(_ names: [String]) -> String {
        let rest = names.count - 3
        return names.prefix(3).joined(separator: ", ")
            + (rest > 0 ? " and \(counted(rest)) more" : "")
    }
}
