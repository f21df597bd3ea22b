import RollcallWire

/// How many accepted connections are not yet known to be a member's.
///
/// Those are what a stranger can hold open, so they are few, and fewer for one address. What we
/// dialled ourselves is not counted: strangers who take every slot must not cut us off from peers.
struct StrangerSlots {
    private var count = 0
    private var countByAddress: [String: Int] = [:]

    /// Takes a slot; false when none is free.
    mutating func take(_ address: String) -> Bool {
        let here = countByAddress[address, default: 0]
        guard count < Limits.unauthenticatedMax, here < Limits.unauthenticatedPerAddressMax else {
            return false
        }
        count += 1
        countByAddress[address] = here + 1
        return true
    }

    var isFull: Bool { count >= Limits.unauthenticatedMax }

    mutating func release(_ address: String) {
        guard let here = countByAddress[address] else {
            preconditionFailure("a slot was released twice")
        }
        count -= 1
        countByAddress[address] = here > 1 ? here - 1 : nil
    }
}
