public import Foundation
import HTTPTypes
import HummingbirdCore
public import Logging
import NIOConcurrencyHelpers
public import NIOCore
public import RollcallControl
import ServiceLifecycle

/// What the page is about.
public protocol PageBackend: Sendable {
    /// Answers a request in lines, as on the control socket.
    ///
    /// - Parameter isAttended: Whether somebody is there; a page also asks by itself, which must keep no laptop from locking.
    func answer(
        _ request: ControlRequest, isAttended: Bool,
        _ send: @escaping @Sendable (Data) async -> Void
    ) async
    /// What was written, by anybody, from now on; ends when the register is closed.
    func changes() async -> AsyncStream<PageChange>
}

/// That something is another than it was.
public struct PageChange: Codable, Equatable, Sendable {
    /// The records in question; nil where they are too many to name.
    @OrNull public var records: [String]?
    /// Enquiries, which are not among them; nil as above.
    @OrNull public var enquiries: [String]?

    public init(records: [String]?, enquiries: [String]? = []) {
        self._records = OrNull(wrappedValue: records)
        self._enquiries = OrNull(wrappedValue: records == nil ? nil : enquiries)
    }
}

/// Serves the local page to browsers of this machine.
public struct PageServer: Sendable {
    public let port: Int
    private let passes: Passes
    private let uploads: Uploads
    private let serving: Task<Void, Never>

    /// Starts to listen, on loopback alone.
    ///
    /// - Throws: `IOError` where no port is to be had.
    public static func start(
        _ backend: any PageBackend, on group: any EventLoopGroup, logger: Logger
    ) async throws -> PageServer {
        let (passes, uploads) = (Passes(), try Uploads())
        // It calls its own end an error.
        var logger = logger
        logger.logLevel = .critical
        let port = NIOLockedValueBox(0)
        let (ports, found) = AsyncThrowingStream.makeStream(of: Int.self)
        let configuration = HTTP1Channel.Configuration(
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 64))
        let server = try HTTPServerBuilder.http1(configuration: configuration).buildServer(
            configuration: ServerConfiguration(address: .hostname("127.0.0.1", port: 0)),
            eventLoopGroup: group, logger: logger
        ) { request, writer, _ in
            let page = Page(
                backend: backend,
                guard: PageGuard(port: port.withLockedValue { $0 }, passes: passes),
                uploads: uploads)
            try await page.respond(to: request, writer)
        } onServerRunning: { channel in
            guard let chosen = channel.localAddress?.port else { return found.finish() }
            port.withLockedValue { $0 = chosen }
            found.yield(chosen)
        }
        let serving = Task {
            do {
                try await server.run()
                found.finish()
            } catch {
                found.finish(throwing: error)
            }
        }
        for try await chosen in ports {
            return PageServer(port: chosen, passes: passes, uploads: uploads, serving: serving)
        }
        throw ControlError(.internal, "the page did not start")
    }

    /// Where a browser finds the page, with a pass that works once.
    ///
    /// The pass is in the fragment, which no browser sends on or puts into a log.
    public func launchAddress() -> String { "http://127.0.0.1:\(port)/#\(passes.launch())" }

    public func stop() async {
        serving.cancel()
        await serving.value
        uploads.removeAll()
    }
}
