import Foundation
import RollcallControl
import RollcallCore
import RollcallTrust
import RollcallWire
import Testing

@testable import RollcallNode

/// Files that were damaged on the way or made to do harm, as a whole daemon meets them.
///
/// A share of what `tools/crash --script damaged` tries at every byte.
@Suite(.timeLimit(.minutes(3)), .serialized) struct HostileBundleTests {
    /// A daemon and bundles that are for it, which it has not taken in.
    private struct Table {
        let daemon: LiveDaemon
        let gate: LiveDaemon
        var open: [UInt8] = []
        var sealed: [UInt8] = []

        var path: String { "\(daemon.scratch.path)/stick" }

        func take(_ bytes: [UInt8]) async throws -> ControlError? {
            try Data(bytes).write(to: URL(filePath: path))
            return try await take(path)
        }

        func take(_ path: String) async throws -> ControlError? {
            try await daemon.error(of: .import(paths: [path], preview: false, salvage: false))
        }

        /// What its register is.
        func state() async throws -> [String] {
            let status = try await daemon.status()
            return [status.fingerprint ?? ""]
                + [status.changes, status.records, status.held, status.conflicts].map(\.description)
        }

        func stop() async throws {
            try await daemon.stop()
            try await gate.stop()
        }
    }

    private func table(kibibytes: Int) async throws -> Table {
        let gate = try await LiveDaemon("gate")
        try await gate.found()
        let daemon = try await LiveDaemon("table")
        try await daemon.join(try await gate.invite(), at: try await gate.address)
        #expect(
            try await eventually {
                let own = try await daemon.ask(.bundleKey(secret: false), BundleKeyReport.self)
                let peers = try await daemon.status().peers
                return own.recipients.count == 1 && peers.allSatisfy { $0.upToDate == true }
            })
        try await gate.ask(.disconnect(node: "table"))
        var table = Table(daemon: daemon, gate: gate)
        for number in 0..<(kibibytes * 3 / 5 + 2) {
            let digits = (0..<200).map { _ in "\(UInt64.random(in: 0...UInt64.max))" }.joined()
            try await gate.ask(
                .add(
                    fields: [
                        FieldValue(field: "surname", value: "\(number) " + digits.prefix(3_800))
                    ],
                    source: nil, operator: nil))
        }
        for isSealed in [false, true] {
            let path = "\(gate.scratch.path)/\(isSealed)"
            try await gate.ask(
                .export(BundleOrder(targets: ["table"], sealed: isSealed, path: path)))
            let bytes = Array(try Data(contentsOf: URL(filePath: path)))
            #expect(bytes.count > kibibytes << 10)
            if isSealed { table.sealed = bytes } else { table.open = bytes }
        }
        return table
    }

    /// The word by which a file was refused.
    private func kind(_ error: ControlError?) throws -> String {
        let message = try #require(error, "it was taken in").message
        let words = ["the bundle is refused: ", "; nothing was applied"]
        guard error?.code == .badBundle, message.hasPrefix(words[0]), message.hasSuffix(words[1])
        else { return error?.code.rawValue ?? "" }
        return String(message.dropFirst(words[0].count).dropLast(words[1].count))
    }

    /// Where an age header ends.
    private func headerBytes(_ sealed: [UInt8]) throws -> Int {
        let mark = Array("\n--- ".utf8)
        let start = try #require(
            sealed.indices.first { sealed[$0...].starts(with: mark) }, "no header")
        return try #require(sealed[(start + 1)...].firstIndex(of: 10)) + 1
    }

    @Test(arguments: [64, 300])
    func `a byte flipped anywhere is refused, by name and place, and changes nothing`(
        kibibytes: Int
    ) async throws {
        let table = try await table(kibibytes: kibibytes)
        let before = try await table.state()
        let header = try headerBytes(table.sealed)
        let stride = kibibytes * 1024 / 120 | 1
        let all = kibibytes == 64
        for place in table.sealed.indices where all && place < header || place % stride == 0 {
            var bytes = table.sealed
            bytes[place] ^= 1 << UInt8(place * 5 % 8)
            let kind = try kind(try await table.take(bytes))
            let piece = max(0, place - header - 16) / (64 << 10 + 16) + 1
            if place < 22 {
                #expect(kind == "not a bundle (file)")
            } else if place >= header {
                #expect(kind == "bad seal (piece \(piece))", "\(place)")
            } else {
                let isNamed = ["bad header", "bad seal", "sealed-for-others"]
                    .contains { kind.hasPrefix($0) }
                #expect(isNamed, "\(place): \(kind)")
            }
        }
        let chunks = 14 + Int(UInt32(bigEndianBytes: table.open[10..<14]))
        for place in table.open.indices where all && place < 60 || place % stride == 0 {
            var bytes = table.open
            bytes[place] ^= 1 << UInt8(place * 5 % 8)
            let kind = try kind(try await table.take(bytes))
            switch place {
            case ..<8: #expect(kind == "not a bundle (file)")
            case 8: #expect(kind == "unknown version (bundle version)")
            case 9: #expect(kind == "unknown seal (bundle seal)")
            case ..<chunks: #expect(kind.hasSuffix(")"), "\(place): \(kind)")
            default: #expect(kind.hasPrefix("chunk mismatch (chunk "), "\(place): \(kind)")
            }
        }
        #expect(try await table.state() == before)
        #expect(try await table.take(table.sealed) == nil)
        #expect(try await table.state() != before)
        try await table.stop()
    }

    @Test func `a file that is too short, or goes on behind its end, is refused`() async throws {
        let table = try await table(kibibytes: 64)
        let before = try await table.state()
        let header = try headerBytes(table.sealed)
        let stride = 571
        for length in table.sealed.indices where length < header + 60 || length % stride == 0 {
            let kind = try kind(try await table.take(Array(table.sealed.prefix(length))))
            let kinds = length < 22 ? ["truncated", "not a bundle"] : ["bad header", "bad seal"]
            #expect(kinds.contains { kind.hasPrefix($0) }, "\(length): \(kind)")
        }
        for length in table.open.indices where length < 60 || length % stride == 0 {
            let kind = try kind(try await table.take(Array(table.open.prefix(length))))
            #expect(kind.hasPrefix("truncated ("), "\(length): \(kind)")
        }
        for end in [[0], [UInt8](repeating: 0, count: 70_000), table.open, table.sealed] {
            #expect(try kind(try await table.take(table.open + end)) == "trailing bytes (file)")
            #expect(try kind(try await table.take(table.sealed + end)).hasPrefix("bad seal ("))
        }
        #expect(try await table.state() == before)
        try await table.stop()
    }

    @Test func `what is no regular file is not opened, and the error says where it is`()
        async throws
    {
        let table = try await table(kibibytes: 1)
        let folder = table.daemon.scratch.path
        try Data(table.sealed).write(to: URL(filePath: "\(folder)/bundle"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder)/link", withDestinationPath: "\(folder)/bundle")
        #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
        for name in ["link", "pipe", "home/control.sock", "home", "nothing"] {
            let error = try await table.take("\(folder)/\(name)")
            #expect(error?.code == .badFile, "\(name)")
            #expect(error?.hint == "\(folder)/\(name)")
        }
        for device in ["/dev/zero", "/dev/null", "/dev/tty"] {
            #expect(try await table.take(device)?.code == .badFile)
        }
        let odd = "\(folder)/a\u{1b}[2J\n\u{202e}b"
        try Data(table.sealed.prefix(500)).write(to: URL(filePath: odd))
        let error = try await table.take(odd)
        #expect(error?.code == .badBundle)
        let lines = error?.hint?.split(separator: "\n") ?? []
        #expect(lines.first?.hasPrefix("\(folder)/a") == true, "which of many it is")
        #expect(lines.first?.hasSuffix("b") == true, "a name is one line")
        #expect(!(error?.message.contains("\u{1b}") ?? true))
        try Data(table.sealed).write(to: URL(filePath: odd))
        #expect(try await table.take(odd) == nil)
        try await table.stop()
    }

    /// An empty bundle by whoever has a key.
    private func bundle(_ register: [UInt8], by key: NodeKey) -> [UInt8] {
        var manifest = Manifest(
            register: register, source: key.node, startNonce: 1, earlierNonces: [], createdAt: 1,
            targets: [], vector: [], contents: [], chunks: [])
        var signed = LabelledHash("rc1.bundle")
        signed.add(manifest.encodedForSigning())
        manifest.signature = key.signature(of: signed.finish())
        return BundleFile.prologue + Frame(.manifest, manifest.encoded()).encoded
    }

    /// The manifest of a bundle that is not sealed, and what follows it.
    private func parts(_ bytes: [UInt8]) throws -> (manifest: Manifest, chunks: [UInt8]) {
        let end = 14 + Int(UInt32(bigEndianBytes: bytes[10..<14]))
        return (try Manifest(Array(bytes[16..<end])), Array(bytes[end...]))
    }

    @Test func `bundles of other registers, of nobody and for somebody else have their errors`()
        async throws
    {
        let table = try await table(kibibytes: 1)
        let before = try await table.state()
        var (manifest, chunks) = try parts(table.open)
        let own = manifest.register
        let foreign = try await table.take(
            bundle([UInt8](repeating: 1, count: 16), by: NodeKey()))
        #expect(foreign?.code == .otherRegister)
        #expect(foreign?.code.exitCode.rawValue == 65)
        let unknown = try await table.take(bundle(own, by: NodeKey()))
        #expect(unknown?.code == .badBundle)
        #expect(unknown?.message == "the bundle's source is no member of this register")

        manifest.targets = [.init(node: NodeKey().node, basisReplicas: 0, basisDigest: 0)]
        func readdressed() -> [UInt8] {
            BundleFile.prologue + Frame(.manifest, manifest.encoded()).encoded + chunks
        }
        #expect(try kind(try await table.take(readdressed())) == "bad signature (manifest)")
        manifest.source = NodeKey().node
        #expect(try kind(try await table.take(readdressed())) == "bad signature (manifest)")
        #expect(try await table.state() == before)

        // What goes to a letter and to a foreign register must not keep the rest of a stick from coming in.
        let stick = "\(table.daemon.scratch.path)/round"
        try FileManager.default.createDirectory(atPath: stick, withIntermediateDirectories: true)
        let files = [
            bundle([UInt8](repeating: 1, count: 16), by: NodeKey()), bundle(own, by: NodeKey()),
            table.sealed,
        ]
        for (number, bytes) in files.enumerated() {
            try Data(bytes).write(to: URL(filePath: "\(stick)/\(number)"))
        }
        let home = table.daemon.home
        let rows = try await blocking {
            var rows: [CarryRow] = []
            _ = try ControlClient(home: home).send(
                .carry(folder: stick, files: (0..<3).map { "\(stick)/\($0)" }, delete: false),
                onRow: { rows.append(try ControlJSON.decode(CarryRow.self, from: $0)) })
            return rows
        }
        #expect(rows.map(\.outcome) == [.refused, .refused, .takenIn])
        #expect(rows.map(\.new).last ?? 0 > 0)
        try await table.stop()
    }

    @Test func `what a laptop wrote after it was taken out waits, and its bundle says nothing`()
        async throws
    {
        let table = try await table(kibibytes: 1)
        try await table.daemon.ask(.revoke(node: "gate", reason: "lost", upTo: []))
        let before = try await table.daemon.status()
        let home = table.daemon.home
        let path = table.path
        try Data(table.sealed).write(to: URL(filePath: path))
        let report = try await blocking {
            var rows: [ImportReport] = []
            _ = try ControlClient(home: home).send(
                .import(paths: [path], preview: false, salvage: false),
                onRow: { rows.append(try ControlJSON.decode(ImportReport.self, from: $0)) })
            return rows
        }
        #expect(report.map(\.quarantined).first ?? 0 > 0)
        let after = try await table.daemon.status()
        #expect(after.records == before.records)
        try await table.stop()
    }
}

extension UInt32 {
    fileprivate init(bigEndianBytes bytes: ArraySlice<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
