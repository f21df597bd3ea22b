package import RollcallCore

/// Where in a file something is wrong.
package struct AuditPlace: Equatable, Sendable {
    package enum Part: Equatable, Sendable {
        /// What says that it is a bundle at all.
        case start
        case manifest
        /// Counted from 1.
        case chunk(Int, of: Int)
        /// What follows the last chunk.
        case end
    }

    /// A run of one replica's changes.
    package struct Run: Equatable, Sendable {
        package var replica: ReplicaID
        package var first: UInt64
        package var last: UInt64

        package init(replica: ReplicaID, first: UInt64, last: UInt64) {
            self.replica = replica
            self.first = first
            self.last = last
        }
    }

    package var part: Part
    package var bytes: Range<Int>
    /// Whose changes are there, as far as the rest of the file says.
    package var run: Run?
    /// What those changes' author is called, as far as the file has come to it.
    package var name: String?

    package init(_ part: Part, _ bytes: Range<Int>, run: Run? = nil, name: String? = nil) {
        self.part = part
        self.bytes = bytes
        self.run = run
        self.name = name
    }
}

/// Why a file is no evidence, and where it says so.
package struct AuditRefusal: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// Not the bytes that were written: by the rule that they break.
        case damaged(FormatError)
        /// Signed or linked otherwise than its author would have.
        case falseRun
        /// Two contents under one number.
        case fork
        /// By a node that no entry in the file lets in.
        case notAMember(NodeID)
        /// What comes before it is not in the file.
        case gap
        /// The manifest says that there is more, or something else.
        case notAsListed(ReplicaID)
        /// It is no full bundle: nothing in it can be followed to its beginning.
        case notFull
        /// No change in it says who founded the register.
        case noGenesis
    }

    package var reason: Reason
    package var place: AuditPlace

    package init(reason: Reason, place: AuditPlace) {
        self.reason = reason
        self.place = place
    }
}
