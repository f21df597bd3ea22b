import HTTPTypes
import HummingbirdCore

/// Which requests are listened to at all.
///
/// The page is on this machine alone, but so is every other site in the same browser, every other account, and a name that
/// somebody points here (DNS rebinding). A GET never writes; all else must come from the page itself.
struct PageGuard: Sendable {
    let port: Int
    let passes: Passes

    /// Why a request is refused: a status and a sentence.
    struct Refusal: Error, Equatable {
        var status: HTTPResponse.Status
        var reason: String
    }

    /// Cookies know no ports: two daemons of one machine must not take each other's.
    var cookieName: String { "rollcall-\(port)" }

    private var hosts: Set<String> { ["127.0.0.1:\(port)", "localhost:\(port)"] }

    /// Judges what is asked for by anybody, the page's files among it.
    func judge(_ request: HTTPRequest) throws(Refusal) {
        guard let host = request.authority, hosts.contains(host.lowercased()) else {
            throw Refusal(status: .init(code: 421), reason: "not a name of this page")
        }
        guard request.method == .get || request.method == .post else {
            throw Refusal(status: .methodNotAllowed, reason: "GET and POST alone")
        }
        let fields = request.headerFields
        if let site = fields[.secFetchSite], site != "same-origin", site != "none" {
            throw Refusal(status: .forbidden, reason: "asked by another site")
        }
        guard request.method == .post else { return }
        guard fields[.origin] == "http://\(host)" else {
            throw Refusal(status: .forbidden, reason: "asked by another origin")
        }
        guard fields[.secFetchSite] ?? "same-origin" == "same-origin" else {
            throw Refusal(status: .forbidden, reason: "not asked by the page")
        }
    }

    /// Judges what only the page of somebody with a pass may ask for.
    func judgePass(_ request: HTTPRequest) throws(Refusal) {
        for field in request.headerFields[values: .cookie] {
            for cookie in field.split(separator: ";") {
                let parts = cookie.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, parts[0].drop(while: { $0 == " " }) == cookieName else {
                    continue
                }
                if passes.admits(String(parts[1])) { return }
            }
        }
        throw Refusal(status: .unauthorized, reason: "open the page with `rollcall open`")
    }

    func setCookie(_ value: String) -> String {
        "\(cookieName)=\(value); Path=/; HttpOnly; SameSite=Strict"
    }

    /// What every answer says to the browser: nothing from elsewhere, nothing kept, nobody's frame.
    static let headers: HTTPFields = [
        .contentSecurityPolicy:
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
            + "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; "
            + "require-trusted-types-for 'script'",
        .xContentTypeOptions: "nosniff", .cacheControl: "no-store",
        .referrerPolicy: "no-referrer", .crossOriginOpener: "same-origin",
        .crossOriginResource: "same-origin",
    ]
}

extension HTTPField.Name {
    static let secFetchSite = known("Sec-Fetch-Site")
    static let attended = known("X-Attended")
    static let fileName = known("X-File-Name")
    static let referrerPolicy = known("Referrer-Policy")
    static let crossOriginOpener = known("Cross-Origin-Opener-Policy")
    static let crossOriginResource = known("Cross-Origin-Resource-Policy")

    private static func known(_ name: String) -> Self {
        guard let name = Self(name) else { preconditionFailure("no name of a field: \(name)") }
        return name
    }
}
