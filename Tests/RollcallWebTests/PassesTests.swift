import Testing

@testable import RollcallWeb

@Suite struct PassesTests {
    private let now = ContinuousClock.now

    @Test func aLaunchPassWorksOnce() {
        let passes = Passes()
        let launch = passes.launch(at: now)
        #expect(launch.utf8.count == 64)
        let cookie = passes.cookie(for: launch, at: now)
        #expect(cookie.map(passes.admits) == true)
        #expect(passes.cookie(for: launch, at: now) == nil)
    }

    @Test func aLaunchPassIsForAShortTime() {
        let passes = Passes()
        let launch = passes.launch(at: now)
        #expect(passes.cookie(for: launch, at: now + Passes.launchLasts) == nil)
    }

    @Test func neitherPassStandsForTheOther() {
        let passes = Passes()
        let launch = passes.launch(at: now)
        #expect(!passes.admits(launch))
        let cookie = passes.cookie(for: launch, at: now) ?? ""
        #expect(passes.cookie(for: cookie, at: now) == nil)
    }

    @Test(arguments: ["", "0", String(repeating: "0", count: 64)])
    func whatWasNeverGivenIsRefused(_ text: String) {
        let passes = Passes()
        _ = passes.cookie(for: passes.launch(at: now), at: now)
        #expect(!passes.admits(text))
        #expect(passes.cookie(for: text, at: now) == nil)
    }

    @Test func theOldestBrowserIsForgotten() {
        let passes = Passes()
        let cookies = (0...Passes.cookiesMax).compactMap { _ in
            passes.cookie(for: passes.launch(at: now), at: now)
        }
        #expect(cookies.map(passes.admits) == [false] + cookies.dropFirst().map { _ in true })
    }
}
