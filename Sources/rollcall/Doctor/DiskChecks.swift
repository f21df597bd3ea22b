import Foundation
import RollcallControl

/// What lies under the home.
extension Examined {
    var encryption: CheckReport {
        let check = "disk"
        guard let mount = machine.mount(of: home) else {
            return CheckReport(check, .unseen, DoctorSentences.noMount)
        }
        switch machine.isEncrypted(mount) {
        case true: return CheckReport(check, .good, DoctorSentences.encrypted(mount.device))
        case false:
            return CheckReport(
                check, .act, DoctorSentences.notEncrypted(mount.device),
                advice: DoctorSentences.encryptDisk)
        case nil:
            return CheckReport(
                check, .unseen, DoctorSentences.unknownDisk(mount.device, mount.kind))
        }
    }

    var swap: CheckReport {
        let check = "swap"
        guard let lines = machine.lines("/proc/swaps") else {
            return CheckReport(check, .unseen, DoctorSentences.cannotRead("/proc/swaps"))
        }
        let areas = lines.dropFirst().compactMap { line -> (name: String, kind: String)? in
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            return words.count > 1 ? (Machine.unescaped(words[0]), words[1]) : nil
        }
        guard !areas.isEmpty else { return CheckReport(check, .good, DoctorSentences.noSwap) }
        let open = areas.filter { !isSafe(swap: $0.name, $0.kind) }.map(\.name)
        guard open.isEmpty else {
            return CheckReport(
                check, .act, DoctorSentences.openSwap(open), advice: DoctorSentences.turnOffSwap)
        }
        return CheckReport(check, .good, DoctorSentences.safeSwap(areas.map(\.name)))
    }

    /// Whether memory that is swapped out stays unreadable on a disk, or comes to none.
    private func isSafe(swap name: String, _ kind: String) -> Bool {
        if kind == "file" {
            return machine.mount(of: name).flatMap { machine.isEncrypted($0) } == true
        }
        let device = machine.deviceName(name)
        if device.hasPrefix("zram") {
            let backing = machine.text("/sys/class/block/\(device)/backing_dev") ?? "none"
            return backing.trimmingCharacters(in: .whitespacesAndNewlines) == "none"
        }
        return machine.isEncrypted(block: "/sys/class/block/\(device)") == true
    }

    /// A backup is first made in the home, and an erasure writes rows anew: as much again, and something to spare.
    static let reserveBytes = 256 << 20

    var room: CheckReport {
        let check = "room"
        guard let free = machine.freeBytes(home) else {
            return CheckReport(check, .unseen, DoctorSentences.noHome)
        }
        let register = ["", "-wal"].compactMap { end -> Int? in
            let facts = try? FileManager.default.attributesOfItem(
                atPath: "\(home)/register.sqlite\(end)")
            return (facts?[.size] as? NSNumber)?.intValue
        }.reduce(0, +)
        let needed = register + Self.reserveBytes
        guard free >= needed else {
            return CheckReport(
                check, .act, DoctorSentences.room(free, register),
                advice: DoctorSentences.makeRoom(needed))
        }
        return CheckReport(check, .good, DoctorSentences.room(free, register))
    }
}
