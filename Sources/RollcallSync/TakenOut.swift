import RollcallCore
import RollcallTrust

/// What a laptop is told that was taken out, and what it makes of that.
extension Laptop {
    /// Nothing of why, when or by whom: the laptop may be in other hands.
    static let takenOutText = "this laptop was taken out of the register"

    /// The members that say that this laptop was taken out, in order of their keys.
    ///
    /// Each is a claim: what this laptop cannot check changes nothing but how often it dials.
    public var takenOutByWordOf: [Member] {
        guard let membership else { return [] }
        return membership.members.values.filter { peers[$0.node]?.saysTakenOut == true }
            .sorted { $0.node.precedes($1.node) }
    }
}

extension Membership {
    /// Whether a TLS key is of a node that was taken out, and of no member.
    ///
    /// TLS has shown that whoever connects holds the key, so nobody else learns from the answer.
    func isTakenOut(tlsKeyHash: [UInt8]) -> Bool {
        member(tlsKeyHash: tlsKeyHash) == nil
            && revoked.values.contains { $0.member.tlsKeyHash == tlsKeyHash }
    }
}
