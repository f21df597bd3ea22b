import HTTPTypes
import Testing

@testable import RollcallWeb

@Suite struct PageGuardTests {
    private let passes = Passes()
    private var pageGuard: PageGuard { PageGuard(port: 7412, passes: passes) }

    private func request(
        _ method: HTTPRequest.Method = .get, host: String? = "127.0.0.1:7412",
        _ fields: (String, String)...
    ) -> HTTPRequest {
        var request = HTTPRequest(method: method, scheme: "http", authority: host, path: "/")
        for (name, value) in fields {
            if let name = HTTPField.Name(name) {
                request.headerFields.append(.init(name: name, value: value))
            }
        }
        return request
    }

    private func status(_ request: HTTPRequest) -> Int? {
        do throws(PageGuard.Refusal) {
            try pageGuard.judge(request)
            return nil
        } catch {
            return error.status.code
        }
    }

    @Test func thePageItselfIsHeard() {
        #expect(status(request()) == nil)
        #expect(status(request(host: "localhost:7412")) == nil)
        #expect(status(request(.get, ("Sec-Fetch-Site", "none"))) == nil)
        let own = ("Origin", "http://127.0.0.1:7412")
        #expect(status(request(.post, own, ("Sec-Fetch-Site", "same-origin"))) == nil)
        #expect(status(request(.post, own)) == nil)
    }

    /// What a name on the internet that somebody points at this machine would send.
    @Test(arguments: ["evil.example:7412", "127.0.0.1", "127.0.0.1:7413", "[::1]:7412", ""])
    func otherNamesAreRefused(_ host: String) {
        #expect(status(request(host: host)) == 421)
    }

    @Test func noNameAtAllIsRefused() { #expect(status(request(host: nil)) == 421) }

    @Test(arguments: ["cross-site", "same-site"])
    func otherSitesAreRefusedEvenToRead(_ site: String) {
        #expect(status(request(.get, ("Sec-Fetch-Site", site))) == 403)
    }

    @Test(arguments: [
        "http://evil.example", "null", "http://localhost:7412", "https://127.0.0.1:7412",
    ])
    func otherOriginsWriteNothing(_ origin: String) {
        #expect(status(request(.post, ("Origin", origin))) == 403)
    }

    @Test func noOriginWritesNothing() {
        #expect(status(request(.post)) == 403)
        let own = ("Origin", "http://127.0.0.1:7412")
        #expect(status(request(.post, own, ("Sec-Fetch-Site", "none"))) == 403)
    }

    @Test(arguments: [HTTPRequest.Method.put, .delete, .options, .head, .trace, .connect])
    func otherMethodsAreRefused(_ method: HTTPRequest.Method) {
        #expect(status(request(method)) == 405)
    }

    @Test func onlyACookieThatWasGivenIsAPass() {
        let cookie = passes.cookie(for: passes.launch()) ?? ""
        func isAdmitted(_ text: String) -> Bool {
            (try? pageGuard.judgePass(request(.get, ("Cookie", text)))) != nil
        }
        #expect(isAdmitted("rollcall-7412=\(cookie)"))
        #expect(isAdmitted("other=1; rollcall-7412=\(cookie)"))
        #expect(!isAdmitted("rollcall-7413=\(cookie)"))
        #expect(!isAdmitted("rollcall-7412=\(cookie.dropLast())"))
        #expect(!isAdmitted("rollcall-7412="))
        #expect(!isAdmitted(""))
    }

    @Test func theCookieIsForThisPageAlone() {
        #expect(pageGuard.setCookie("x") == "rollcall-7412=x; Path=/; HttpOnly; SameSite=Strict")
    }
}
