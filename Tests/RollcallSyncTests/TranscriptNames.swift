import RollcallCore
import RollcallSync
import RollcallTrust

/// Short names for what is random, the same each time: replicas, starts and digests by the order they appear.
struct TranscriptNames {
    private var replicas: [ReplicaID: String] = [:]
    private var replicasByTag: [UInt64: String] = [:]
    private var counts: [String: Int] = [:]
    private var starts: [UInt64: String] = [:]
    private var digests: [[UInt8]] = []
    private var nodes: [NodeID: String] = [:]

    /// Looks at what there is now.
    mutating func note(_ world: World) {
        for node in world.laptops {
            nodes[node.identity.node] = nodes[node.identity.node] ?? node.name
            if starts[node.laptop.startNonce] == nil {
                counts["start of \(node.name)", default: 0] += 1
                starts[node.laptop.startNonce] =
                    "\(node.name)/\(counts["start of \(node.name)"] ?? 0)"
            }
        }
        for node in world.laptops {
            for id in node.laptop.heads.table.ids where replicas[id] == nil {
                let stem = name(id.node) + (id.lane == .control ? "c" : "d")
                counts[stem, default: 0] += 1
                replicas[id] = "\(stem)\(counts[stem] ?? 0)"
                replicasByTag[id.tag] = replicas[id]
            }
        }
    }

    func name(_ node: NodeID) -> String { nodes[node] ?? "?" }

    func name(nodeTag: UInt64) -> String { nodes.first { $0.key.tag == nodeTag }?.value ?? "?" }

    func name(_ replica: ReplicaID) -> String { replicas[replica] ?? "?" }

    func name(tag: UInt64) -> String { replicasByTag[tag] ?? "?" }

    func name(_ dot: Dot, _ table: ReplicaTable) -> String {
        "\(name(table[dot.replica])).\(dot.counter)"
    }

    func name(start nonce: UInt64) -> String { starts[nonce] ?? "?" }

    mutating func name(digest: [UInt8]) -> String {
        if let known = digests.firstIndex(of: digest) { return "d\(known + 1)" }
        digests.append(digest)
        return "d\(digests.count)"
    }

    /// A base is named by the start of a digest that both had.
    func name(base: UInt64) -> String {
        guard base != 0 else { return "none" }
        return digests.firstIndex { firstEight($0) == base }.map { "d\($0 + 1)" } ?? "earlier"
    }

    /// The dot that a script means.
    func dot(_ text: String) -> GlobalDot? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let counter = UInt64(parts[1]),
            let replica = replicas.first(where: { $0.value == parts[0] })?.key
        else { return nil }
        return GlobalDot(replica: replica, counter: counter)
    }
}
