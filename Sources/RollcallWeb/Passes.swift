import NIOConcurrencyHelpers

/// Who may use the page: whoever holds a pass that this daemon gave since it started.
///
/// `rollcall open` gets a launch pass, which works once and for a short time; the browser trades it for a cookie. Both are gone
/// with the process, so that they die with locking and stopping.
final class Passes: Sendable {
    private struct State {
        var launches: [(pass: String, until: ContinuousClock.Instant)] = []
        var cookies: [String] = []
    }

    private let state = NIOLockedValueBox(State())

    static let launchLasts: Duration = .seconds(120)
    /// So many browsers at one time; the one that came first is forgotten.
    static let cookiesMax = 16

    func launch(at now: ContinuousClock.Instant = .now) -> String {
        let pass = Self.pass()
        state.withLockedValue { state in
            state.launches.removeAll { $0.until <= now }
            state.launches.append((pass, now + Self.launchLasts))
        }
        return pass
    }

    /// A cookie's value for a launch pass; nil for one that is used up, too old or was never given.
    func cookie(for launch: String, at now: ContinuousClock.Instant = .now) -> String? {
        let cookie = Self.pass()
        return state.withLockedValue { state in
            guard let found = state.launches.firstIndex(where: { Self.equal($0.pass, launch) })
            else { return nil }
            let (_, until) = state.launches.remove(at: found)
            guard now < until else { return nil }
            state.cookies = state.cookies.suffix(Self.cookiesMax - 1) + [cookie]
            return cookie
        }
    }

    func admits(_ cookie: String) -> Bool {
        state.withLockedValue { state in
            // No early end: how long it takes says nothing of how much was right.
            state.cookies.reduce(false) {
                $1.utf8.count == cookie.utf8.count && Self.equal($1, cookie) || $0
            }
        }
    }

    /// 256 bits, in hexadecimal digits.
    private static func pass() -> String {
        var chance = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let part = String(chance.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - part.count) + part
        }.joined()
    }

    private static func equal(_ one: String, _ other: String) -> Bool {
        let (one, other) = (Array(one.utf8), Array(other.utf8))
        return one.count == other.count && zip(one, other).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
