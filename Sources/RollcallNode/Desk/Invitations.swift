import NIOConcurrencyHelpers

/// Whose invitation is open; the laptop keeps one at most.
///
/// A command goes by the number of its watch. Whoever hangs up closes the invitation only if it is
/// still that one's, not a later one's.
final class Invitations: Sendable {
    private let current = NIOLockedValueBox<Int?>(nil)

    /// Notes an invitation that was opened.
    ///
    /// - Returns: The watch whose code is no longer good, if one was.
    func open(_ watch: Int) -> Int? {
        current.withLockedValue { current in
            defer { current = watch }
            return current
        }
    }

    /// Notes that an invitation ended: its code was used, burnt, or given up.
    ///
    /// - Returns: Whether it was the one that is open.
    @discardableResult
    func close(_ watch: Int) -> Bool {
        current.withLockedValue { current in
            guard current == watch else { return false }
            current = nil
            return true
        }
    }
}
