import RollcallCore
import RollcallSync
import RollcallTrust
import RollcallWire

/// Which changes are in which chunk, in the order of the file.
struct BundleRuns {
    private let manifest: Manifest
    private var table = ReplicaTable()
    private var numbering = SessionReplicas()
    private(set) var last: (replica: ReplicaID, last: UInt64)?
    private(set) var names: [NodeID: String] = [:]

    init(_ manifest: Manifest) { self.manifest = manifest }

    /// A chunk's changes, and who wrote them.
    mutating func read(_ chunk: [UInt8]) throws -> (message: ChangesMessage, replica: ReplicaID) {
        var decoder = FrameDecoder()
        decoder.append(chunk)
        guard let frame = try decoder.next(), frame.encodedBytes == chunk.count,
            frame.type == FrameType.changes.rawValue
        else { throw FormatError(.notABundle, "bundle chunk") }
        let message = try ChangesMessage(
            try frame.message(Compression()), table: &table, numbering: &numbering)
        let replica = table[message.replica]
        last = (replica, message.last)
        for entry in message.changes.compactMap(Self.member) where names[entry.node] == nil {
            names[entry.node] = entry.name
        }
        return (message, replica)
    }

    static func member(_ change: Change) -> MemberEntry? {
        guard change.kind == ChangeKind.member, let write = change.write(to: .entry),
            case .entry(let bytes) = Body(change.bodies, write.body).content
        else { return nil }
        return try? MemberEntry(bytes)
    }

    /// Whose changes must be in the chunk after those that were read, by the manifest and by the chunk that follows.
    func next(before following: [UInt8]?) -> AuditPlace.Run? {
        guard let (content, first) = begin else { return nil }
        let run = manifest.contents[content]
        let replica = manifest.vector[run.replica].replica
        var last = run.last
        var ahead = self
        if let following, let (message, author) = try? ahead.read(following), author == replica,
            message.first > first, message.first <= last
        {
            last = message.first - 1
        }
        return AuditPlace.Run(replica: replica, first: first, last: last)
    }

    /// Where in the manifest's contents the next chunk begins.
    private var begin: (content: Int, first: UInt64)? {
        let contents = manifest.contents
        guard let last else { return contents.first.map { (0, $0.first) } }
        let here = contents.firstIndex { run in
            manifest.vector[run.replica].replica == last.replica
                && (run.first...run.last).contains(last.last)
        }
        guard let here else { return nil }
        if last.last < contents[here].last { return (here, last.last + 1) }
        return here + 1 < contents.count ? (here + 1, contents[here + 1].first) : nil
    }
}
