import Foundation
import RollcallControl
import Testing

@testable import rollcall

/// A machine that is made of files: what stands in /proc, /sys and /dev, and a home.
private final class FakeMachine {
    let root: String
    var clock: Bool? = true
    var free: Int? = 10 << 30

    init() throws {
        root = NSTemporaryDirectory() + "rollcall-doctor-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: home, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try put("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n")
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    var home: String { root + "/kept" }

    func put(_ path: String, _ text: String) throws {
        let url = URL(filePath: root + path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
    }

    func link(_ path: String, to target: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: root + path).deletingLastPathComponent(),
            withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: root + path, withDestinationPath: target)
    }

    /// A block device, by its numbers and its name.
    func device(_ numbers: String, _ name: String, uuid: String? = nil, on below: [String] = [])
        throws
    {
        for place in ["/sys/dev/block/\(numbers)", "/sys/class/block/\(name)"] {
            try put("\(place)/dev", numbers)
            if let uuid { try put("\(place)/dm/uuid", uuid) }
            for other in below { try put("\(place)/slaves/\(other)/dev", "") }
        }
    }

    func mount(_ numbers: String, _ point: String, _ device: String, _ kind: String = "ext4") throws
    {
        let path = "/proc/self/mountinfo"
        let before = FileManager.default.contents(atPath: root + path) ?? Data()
        try put(
            path,
            String(decoding: before, as: UTF8.self)
                + "36 35 \(numbers) / \(point) rw,relatime shared:1 - \(kind) \(device) rw\n")
    }

    func examined(_ daemon: Examined.Daemon = .stopped, home: String? = nil) -> Examined {
        var machine = Machine()
        machine.root = root
        machine.now = Date(timeIntervalSince1970: 1_800_000_000)
        machine.isClockSynchronised = { [clock] in clock }
        machine.freeBytes = { [free] _ in free }
        return Examined(machine: machine, home: home ?? self.home, daemon: daemon)
    }
}

@Suite struct DoctorTests {
    private func status(
        protection: String? = "passphrase", peers: [PeerReport] = [],
        keysMadeAt makers: [String] = []
    ) -> StatusReport {
        StatusReport(
            node: "n1", name: "gate", replica: nil, register: "r", title: "t", listening: nil,
            records: 0, changes: 0, conflicts: 0, held: 0, quarantined: 0, fingerprint: nil,
            peers: peers, joining: [], protection: protection, socket: "/s",
            traffic: Traffic(sent: 0, received: 0),
            recoveryKeys: makers.map { RecoverySetReport(node: $0, recordedAt: nil) })
    }

    private func peer(_ node: String, heard: String?, offset: Int? = nil) -> PeerReport {
        PeerReport(
            node: node, name: "table", addresses: [], connected: false, upToDate: nil,
            theyLack: nil, weLack: nil, lastHeard: heard, acknowledgedAt: nil, via: nil,
            clockOffsetMilliseconds: offset)
    }

    private func member(_ node: String, _ role: String = "administrator", isThis: Bool = false)
        -> MemberReport
    {
        MemberReport(node: node, name: node, role: role, isThis: isThis, revokedFor: [])
    }

    // MARK: - disk

    @Test func `a home on a device that is encrypted, or on volumes of one, is good`() throws {
        let machine = try FakeMachine()
        try machine.device("8:1", "sda1")
        try machine.device("253:0", "dm-0", uuid: "CRYPT-LUKS2-0", on: ["sda1"])
        try machine.device("253:1", "dm-1", uuid: "LVM-0", on: ["dm-0"])
        try machine.mount("8:1", "/", "/dev/sda1")
        try machine.mount("253:0", "/crypt", "/dev/mapper/crypt")
        try machine.mount("253:1", "/volume", "/dev/mapper/volume")
        #expect(machine.examined(home: "/crypt/here").encryption.standing == .good)
        #expect(machine.examined(home: "/volume/here").encryption.standing == .good)
        let open = machine.examined(home: "/cryptic/here").encryption
        #expect(open.standing == .act && open.advice != nil)
    }

    @Test func `a volume of which one half is open is not encrypted`() throws {
        let machine = try FakeMachine()
        try machine.device("8:1", "sda1")
        try machine.device("253:0", "dm-0", uuid: "CRYPT-LUKS2-0", on: ["sda1"])
        try machine.device("253:1", "dm-1", uuid: "LVM-0", on: ["dm-0", "sda1"])
        try machine.mount("253:1", "/", "/dev/mapper/volume")
        #expect(machine.examined().encryption.standing == .act)
    }

    @Test func `a file system without a device of its own is known by the one it names`() throws {
        let machine = try FakeMachine()
        try machine.device("253:0", "dm-0", uuid: "CRYPT-LUKS2-0")
        try machine.link("/dev/mapper/crypt", to: "../dm-0")
        try machine.mount("0:31", "/my\\040home", "/dev/mapper/crypt", "btrfs")
        try machine.mount("0:40", "/memory", "tmpfs", "tmpfs")
        #expect(machine.examined(home: "/my home/x").encryption.standing == .good)
        #expect(machine.examined(home: "/memory/x").encryption.standing == .unseen)
        #expect(machine.examined(home: "/elsewhere").encryption.standing == .unseen)
    }

    @Test(arguments: [
        ("/dev/zram0 partition 1 0 100", CheckReport.Standing.good),
        ("/dev/sda2 partition 1 0 -2", .act), ("/dev/dm-0 partition 1 0 -2", .good),
        ("/open/swapfile file 1 0 -2", .act), ("/crypt/swapfile file 1 0 -2", .good),
        ("/dev/zram1 partition 1 0 100", .act), ("", .good),
    ])
    func `memory may be swapped out to memory and to what is encrypted`(
        line: String, expected: CheckReport.Standing
    ) throws {
        let machine = try FakeMachine()
        try machine.device("8:2", "sda2")
        try machine.device("253:0", "dm-0", uuid: "CRYPT-PLAIN-0", on: ["sda2"])
        try machine.put("/sys/class/block/zram0/backing_dev", "none\n")
        try machine.put("/sys/class/block/zram1/backing_dev", "/dev/sda3\n")
        try machine.mount("8:2", "/open", "/dev/sda2")
        try machine.mount("253:0", "/crypt", "/dev/dm-0")
        try machine.put("/proc/swaps", "Filename Type Size Used Priority\n\(line)\n")
        #expect(machine.examined().swap.standing == expected)
    }

    @Test func `room is what the register takes once more, and something to spare`() throws {
        let machine = try FakeMachine()
        try machine.put("/kept/register.sqlite", String(repeating: "x", count: 1_000))
        machine.free = Examined.reserveBytes + 1_000
        #expect(machine.examined().room.standing == .good)
        machine.free = Examined.reserveBytes + 999
        #expect(machine.examined().room.standing == .act)
        machine.free = nil
        #expect(machine.examined().room.standing == .unseen)
    }

    // MARK: - home

    @Test func `a file that others may read is named`() throws {
        let machine = try FakeMachine()
        try machine.put("/kept/keys", "k")
        #expect(machine.examined().permissions.standing == .good)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o640], ofItemAtPath: "\(machine.home)/keys")
        let report = machine.examined().permissions
        #expect(report.standing == .act && report.found.contains("/kept/keys"))
        #expect(machine.examined(home: "/nowhere").permissions.standing == .unseen)
    }

    @Test func `trial mode asks for a passphrase, and a stopped daemon is not guessed at`() throws {
        let machine = try FakeMachine()
        let open = machine.examined(.open(status(protection: "none"), members: []))
        #expect(open.passphrase.standing == .act)
        #expect(machine.examined(.open(status(), members: [])).passphrase.standing == .good)
        #expect(machine.examined(.locked).passphrase.standing == .good)
        #expect(machine.examined().passphrase.standing == .unseen)
    }

    @Test(arguments: [
        (nil, CheckReport.Standing.act), ("2027-01-14T08:00:00.000Z\n", .good),
        ("2027-01-01T08:00:00.000Z\n", .act), ("rubbish", .act),
    ])
    func `a backup is good for a week`(note: String?, expected: CheckReport.Standing) throws {
        let machine = try FakeMachine()
        #expect(machine.examined().backup.standing == .unseen)
        try machine.put("/kept/keys", "k")
        if let note { try machine.put("/kept/last-backup", note) }
        #expect(machine.examined().backup.standing == expected)
    }

    @Test(arguments: [
        ("0", "core", CheckReport.Standing.good), ("unlimited", "core", .act),
        ("0", "|/usr/lib/systemd/systemd-coredump %P", .good), ("0", "|/usr/bin/keep %p", .act),
    ])
    func `a crash may leave nothing of the memory`(
        limit: String, pattern: String, expected: CheckReport.Standing
    ) throws {
        let machine = try FakeMachine()
        try machine.put("/kept/lock", "77\n")
        try machine.put(
            "/proc/77/limits", "Limit Soft Hard\nMax core file size        \(limit)  0  bytes\n")
        try machine.put("/proc/sys/kernel/core_pattern", pattern)
        #expect(machine.examined(.locked).coreDumps.standing == expected)
        #expect(machine.examined(.stopped).coreDumps.standing == .unseen)
    }

    // MARK: - team

    @Test func `one administrator is too few, and one who was not here for a month is none`() throws
    {
        let machine = try FakeMachine()
        func standing(_ members: [MemberReport], heard: String?) -> CheckReport.Standing {
            let status = status(peers: [peer("n2", heard: heard)])
            return machine.examined(.open(status, members: members)).administrators.standing
        }
        let (this, other) = (member("n1", isThis: true), member("n2"))
        let lately = "2027-01-10T08:00:00.000Z"
        #expect(standing([this], heard: lately) == .act)
        #expect(standing([this, member("n2", "operator")], heard: lately) == .act)
        #expect(standing([this, other], heard: lately) == .good)
        #expect(standing([this, other], heard: "2026-11-10T08:00:00.000Z") == .act)
        #expect(standing([this, other], heard: nil) == .act)
        #expect(machine.examined(.locked).administrators.standing == .unseen)
    }

    @Test func `a request that is out and an admission that is lost are to be seen to`() throws {
        let machine = try FakeMachine()
        func check(_ change: (inout StatusReport) -> Void) -> CheckReport {
            var status = status()
            change(&status)
            return machine.examined(.open(status, members: [])).admission
        }
        #expect(check { $0.admitted = true }.standing == .good)
        #expect(check { $0.register = nil }.standing == .unseen)
        let out = check {
            $0.register = nil
            $0.request = RequestReport(
                file: nil, number: "f9xt-a1fp", name: "table", register: "r",
                registerGrouped: "r-r", madeAt: "2026-11-29T15:15:31.000Z")
        }
        #expect(out.standing == .act && out.found.contains("f9xt-a1fp"))
        #expect(out.advice?.contains("rollcall import") == true)
        let lost = check { $0.admitted = false }
        #expect(lost.standing == .act && lost.advice?.contains("empty home") == true)
        let takenOut = check { $0.takenOut = TakenOut(reasons: ["lost"], saidBy: []) }
        #expect(takenOut.standing == .act && takenOut.found.contains("taken out"))
        #expect(machine.examined(.locked).admission.standing == .unseen)
    }

    @Test func `recovery keys are asked for while none hold that a member made`() throws {
        let machine = try FakeMachine()
        func check(_ makers: [String], isOut: Bool = false) -> CheckReport {
            var other = member("n2")
            if isOut { other.revokedFor = ["lost"] }
            return machine.examined(
                .open(status(keysMadeAt: makers), members: [member("n1", isThis: true), other])
            ).recoveryKeys
        }
        #expect(check([]).standing == .act)
        #expect(check([]).advice?.contains("rollcall recovery-keys") == true)
        #expect(check(["n2"]).standing == .good)
        #expect(check(["n2"], isOut: true).standing == .act)
        #expect(check(["n1", "n2"]).standing == .act)
        #expect(machine.examined(.locked).recoveryKeys.standing == .unseen)
        #expect(machine.examined(.stopped).recoveryKeys.standing == .unseen)
    }

    static let clocks: [(Bool?, Int?, CheckReport.Standing)] = [
        (true, nil, .good), (false, nil, .act), (nil, nil, .unseen), (false, 900, .good),
        (true, 61_000, .act), (true, -61_000, .act), (true, 60_000, .good),
    ]

    @Test(arguments: clocks)
    func `a clock is judged by who sets it and by those of others`(
        isSet: Bool?, offset: Int?, expected: CheckReport.Standing
    ) throws {
        let machine = try FakeMachine()
        machine.clock = isSet
        let peers = [peer("n2", heard: nil, offset: offset)]
        let examined = machine.examined(.open(status(peers: peers), members: []))
        #expect(examined.clock.standing == expected)
    }

    // MARK: - as a whole

    @Test func `every check says something, whatever can be seen`() throws {
        let machine = try FakeMachine()
        for daemon in [Examined.Daemon.stopped, .locked, .open(status(), members: [])] {
            let reports = machine.examined(daemon, home: "/nowhere").reports
            #expect(Set(reports.map(\.check)).count == 12 && reports.count == 12)
            #expect(reports.allSatisfy { !$0.found.isEmpty })
            #expect(reports.allSatisfy { ($0.advice != nil) == ($0.standing == .act) })
            #expect(DoctorCommand.text(of: reports).split(separator: "\n").count == 12)
        }
    }

    @Test func `it ends well only if nothing is to be done`() throws {
        let (good, unseen) = (CheckReport("a", .good, "f"), CheckReport("b", .unseen, "f"))
        try DoctorCommand.judge([good, unseen])
        let error = #expect(throws: ControlError.self) {
            try DoctorCommand.judge([good, CheckReport("c", .act, "f", advice: "x")])
        }
        #expect(error?.code == .toDo && error?.code.exitCode == .failed)
        #expect(error?.message == "1 of 2 checks asks for something to be done")
    }

    @Test func `this machine can be asked`() {
        let machine = Machine()
        #expect(machine.mount(of: "/") != nil)
        #expect(machine.lines("/proc/swaps") != nil)
        #expect(machine.isClockSynchronised() != nil)
        #expect(machine.freeBytes("/").map { $0 >= 0 } == true)
    }
}
