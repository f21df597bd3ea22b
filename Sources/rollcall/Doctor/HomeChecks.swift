import Foundation
import RollcallControl

/// What lies in the home, and who may open it.
extension Examined {
    var permissions: CheckReport {
        let check = "permissions"
        guard machine.exists(home) else {
            return CheckReport(check, .unseen, DoctorSentences.noHome)
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: home)) ?? []
        let paths = [home] + names.sorted().map { "\(home)/\($0)" }
        let open = paths.filter { !isOwnersAlone($0) }
        guard open.isEmpty else {
            return CheckReport(
                check, .act, DoctorSentences.openToOthers(open),
                advice: DoctorSentences.closeHome(home))
        }
        return CheckReport(check, .good, DoctorSentences.ownersAlone(paths.count))
    }

    /// What went away meanwhile is nobody's.
    private func isOwnersAlone(_ path: String) -> Bool {
        guard let facts = try? FileManager.default.attributesOfItem(atPath: path) else {
            return true
        }
        let mode = (facts[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
        let owner = (facts[.ownerAccountID] as? NSNumber)?.uint32Value
        return mode & 0o077 == 0 && (owner == machine.owner || machine.owner == 0)
    }

    var passphrase: CheckReport {
        let check = "passphrase"
        switch daemon {
        case .locked: return CheckReport(check, .good, DoctorSentences.hasPassphrase)
        case .open(let status, _):
            switch status.protection {
            case "passphrase": return CheckReport(check, .good, DoctorSentences.hasPassphrase)
            case nil: return CheckReport(check, .unseen, DoctorSentences.nothingKept)
            default:
                return CheckReport(
                    check, .act, Sentences.noPassphraseWarning,
                    advice: DoctorSentences.addPassphrase)
            }
        case .stopped: return CheckReport(check, .unseen, DoctorSentences.stopped)
        }
    }

    static let backupDaysMax = 7

    var backup: CheckReport {
        let check = "backup"
        guard isKept else { return CheckReport(check, .unseen, DoctorSentences.nothingKept) }
        let file = FileManager.default.contents(atPath: "\(home)/last-backup")
        let text = file.map { String(decoding: $0.prefix(64), as: UTF8.self) } ?? ""
        guard let made = UTCTime.date(text.trimmingCharacters(in: .newlines)) else {
            return CheckReport(
                check, .act, DoctorSentences.noBackup, advice: DoctorSentences.makeBackup)
        }
        let days = Int(machine.now.timeIntervalSince(made) / 86_400)
        guard days < Self.backupDaysMax else {
            return CheckReport(
                check, .act, DoctorSentences.backup(daysAgo: days),
                advice: DoctorSentences.makeBackup)
        }
        return CheckReport(check, .good, DoctorSentences.backup(daysAgo: days))
    }

    /// Those that judge by the limit even where the kernel hands them the memory over a pipe.
    private static let heedfulTakers = ["systemd-coredump", "apport"]

    var coreDumps: CheckReport {
        let check = "core dumps"
        guard daemon != .stopped, let process = daemonProcess,
            let limits = machine.lines("/proc/\(process)/limits"),
            let limit = limits.first(where: { $0.hasPrefix("Max core file size") })
        else { return CheckReport(check, .unseen, DoctorSentences.stopped) }
        guard limit.split(separator: " ").dropFirst(4).first == "0" else {
            return CheckReport(
                check, .act, DoctorSentences.coreDumps, advice: DoctorSentences.updateDaemon)
        }
        let pattern = machine.text("/proc/sys/kernel/core_pattern") ?? ""
        guard !pattern.hasPrefix("|") || Self.heedfulTakers.contains(where: pattern.contains) else {
            return CheckReport(
                check, .act, DoctorSentences.coreTaker, advice: DoctorSentences.noCoreTaker)
        }
        return CheckReport(check, .good, DoctorSentences.noCoreDumps)
    }

    /// Whose lock it is, as the lock says.
    private var daemonProcess: Int? {
        FileManager.default.contents(atPath: "\(home)/lock").flatMap {
            Int(String(decoding: $0.prefix(16), as: UTF8.self).prefix { $0.isNumber })
        }
    }
}
