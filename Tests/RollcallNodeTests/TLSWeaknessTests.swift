import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization
import Testing

@testable import RollcallNode

/// The same two attacks on our factory and on ones that are wrong on purpose: a test that could not fail shows nothing.
@Suite(
    .timeLimit(.minutes(1)), .serialized,
    .enabled(if: ForeignClient.isHere, ForeignClient.whereFrom)
)
struct TLSWeaknessTests {
    enum Weakness { case strangersWithoutCertificate, resumedSessions }

    @Test func `our factory has no known weakness`() async throws {
        let factory = try TLSFactory(identity: NodeIdentityFile())
        #expect(try await weaknesses(of: factory) == [])
    }

    @Test func `verification none would be noticed`() async throws {
        var configuration = try TLSFactory(identity: NodeIdentityFile()).configuration
        configuration.certificateVerification = .none
        #expect(
            try await weaknesses(of: TLSFactory(configuration)).contains(
                .strangersWithoutCertificate))
    }

    @Test func `a context that connections share would be noticed`() async throws {
        let configuration = try TLSFactory(identity: NodeIdentityFile()).configuration
        let shared = try NIOSSLContext(configuration: configuration)
        let factory = TLSFactory(configuration) { _ in shared }
        #expect(try await weaknesses(of: factory) == [.resumedSessions])
    }

    private func weaknesses(of factory: TLSFactory) async throws -> Set<Weakness> {
        let door = try await Door(factory)
        let client = try ForeignClient(showing: NodeIdentityFile())
        let name = ["-alpn", TLSFactory.protocolName]
        var found: Set<Weakness> = []

        _ = try await client.connect(to: door.address, name) { door.openedCount > 0 }
        if door.openedCount > 0 { found.insert(.strangersWithoutCertificate) }

        let shown = client.certificateArguments + name
        let session = client.path("session")
        _ = try await client.connect(to: door.address, shown + ["-sess_out", session]) {
            FileManager.default.fileExists(atPath: session)
        }
        let before = door.openedCount
        let said = try await client.connect(to: door.address, shown + ["-sess_in", session]) {
            door.openedCount > before
        }
        #expect(door.openedCount > before)
        if said.contains("Reused, TLSv1.3") { found.insert(.resumedSessions) }
        try await door.close()
        return found
    }
}

/// A listener with TLS of a factory and nothing behind it but a byte for whoever gets in.
private final class Door: Sendable {
    private let channel: any Channel
    private let opened: Counter

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    private final class Greeter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let opened: Counter

        init(_ opened: Counter) { self.opened = opened }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard case .handshakeCompleted? = event as? TLSUserEvent else { return }
            opened.value.add(1, ordering: .relaxed)
            // A ticket travels with the first bytes.
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [0])), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    init(_ factory: TLSFactory) async throws {
        let opened = Counter()
        self.opened = opened
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(factory.serverHandler())
                    try pipeline.addHandler(Greeter(opened))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    var openedCount: Int { opened.value.load(ordering: .relaxed) }

    var address: NetworkAddress {
        NetworkAddress(host: "127.0.0.1", port: channel.localAddress?.port ?? 0)
    }

    func close() async throws { try await channel.close() }
}
