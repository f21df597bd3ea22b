import Testing

@testable import RollcallControl

@Suite struct HomeTests {
    private func path(_ option: String?, _ environment: [String: String]) -> String {
        Home(option: option, environment: environment, currentDirectory: "/nowhere/at").path
    }

    @Test func `the option comes before the environment, and that before the data directory`() {
        let environment = [
            "ROLLCALL_HOME": "/nowhere/home", "XDG_DATA_HOME": "/nowhere/data",
            "HOME": "/nowhere/ann",
        ]
        #expect(path("/nowhere/option", environment) == "/nowhere/option")
        #expect(path("option", environment) == "/nowhere/at/option")
        #expect(path(nil, environment) == "/nowhere/home")
        #expect(path(nil, ["XDG_DATA_HOME": "/nowhere/data"]) == "/nowhere/data/rollcall")
        #expect(
            path(nil, ["XDG_DATA_HOME": "relative", "ROLLCALL_HOME": "", "HOME": "/nowhere/ann"])
                == "/nowhere/ann/.local/share/rollcall")
    }

    @Test func `a socket stands in the home while its path is short enough`() {
        let home = "/" + String(repeating: "h", count: 93)
        #expect(
            Home.socketPaths(home: home, runtimeDirectory: "/run/user/7", userID: 7)
                == [home + "/control.sock"])
        let long = home + "h"
        let name = "rollcall-\(Home.stableHash(of: long)).sock"
        #expect(
            Home.socketPaths(home: long, runtimeDirectory: "/run/user/7", userID: 7)
                == ["/run/user/7/" + name, "/tmp/rollcall-7/" + name])
        #expect(
            Home.socketPaths(home: long, runtimeDirectory: nil, userID: 7)
                == ["/tmp/rollcall-7/" + name])
    }

    @Test func `the hash of a path is the same in every process`() {
        #expect(Home.stableHash(of: "") == "cbf29ce484222325")
        #expect(Home.stableHash(of: "a") == "af63dc4c8601ec8c")
    }
}
