package import RollcallCore
import RollcallTrust

/// What a full bundle comes to, once all in it was found good.
package struct AuditFindings: Equatable, Sendable {
    package struct Replica: Equatable, Sendable {
        package var id: ReplicaID
        package var height: UInt64
    }

    /// A node that the changes in the file let in.
    package struct Node: Equatable, Sendable {
        package var node: NodeID
        package var name: String
        /// `Role`'s number; nil for one that was taken out.
        package var role: UInt8?
        package var revokedFor: [String]
    }

    /// Changes side by side that are here and do not count.
    package struct Waiting: Equatable, Sendable {
        package var replica: ReplicaID
        package var first: UInt64
        package var last: UInt64
        package var why: Why

        package init(replica: ReplicaID, first: UInt64, last: UInt64, why: Why) {
            self.replica = replica
            self.first = first
            self.last = last
            self.why = why
        }
    }

    /// Why changes do not count.
    package enum Why: Equatable, Sendable {
        /// Their author was taken out, and they lie beyond what is believed of it.
        case takenOut(reasons: [String])
        /// What let their author in does not count any more.
        case notAdmitted
        /// Their author may only read.
        case observer
        /// Their author has another change under the same number.
        case writtenTwice
    }

    package struct Signatures: Equatable, Sendable {
        /// Heads of runs of changes.
        package var heads = 0
        /// Of newcomers, each over its own admission.
        package var enrolments = 0
        /// The bundle's own, and all others.
        package var count: Int { heads + enrolments + 1 }
    }

    package var title: String
    package var register: String
    package var founder: NodeID
    package var source: NodeID
    /// As the source claimed; milliseconds since 1970.
    package var createdAt: UInt64
    package var fingerprint: [UInt8]
    package var nodes: [Node]
    package var replicas: [Replica]
    package var controlChanges = 0
    package var dataChanges = 0
    package var records = 0
    package var conflicts = 0
    package var erased = 0
    package var waiting: [Waiting] = []
    package var signatures = Signatures()

    package func name(of node: NodeID) -> String? {
        nodes.first { $0.node == node && !$0.name.isEmpty }?.name
    }
}

extension AuditFindings {
    package var founderText: String { founder.text }
}

/// The digits of a register's or node's id, however they were typed.
package enum Digits {
    package static let count = 26

    package static func values(of typed: String) -> [UInt8]? { Base32.values(typed) }

    /// Those of a register that was read out, whose last one checks the others.
    package static func checkedValues(of typed: String) -> [UInt8]? {
        (try? RegisterID(typed: typed)).flatMap { Base32.values($0.text) }
    }
}
