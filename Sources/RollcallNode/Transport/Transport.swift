import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Synchronization

/// What happened on the network.
enum TransportEvent: Equatable, Sendable {
    /// TLS stands: the hash of the key that the other side showed; the address, if we dialled it.
    case opened(id: UInt64, tlsKeyHash: [UInt8], dialled: String?)
    case received(id: UInt64, [UInt8])
    /// Once for every connection that opened; nothing follows.
    case closed(id: UInt64)
    case dialFailed(address: String, reason: String)
}

/// TLS connections to other laptops: listens, dials, carries bytes.
///
/// Events come one at a time, in order, on the network's thread: whoever takes them must not wait
/// there. A connection hands on one chunk, then nothing until `allowRead`; after a `received` the
/// driver calls either that or one of the closing calls, else `closed` may never come. Calls with
/// an id that is closed already do nothing.
final class Transport: Sendable {
    /// How long the other side may take.
    struct Timing: Sendable {
        var connect = TimeAmount.seconds(5)
        var handshake = TimeAmount.seconds(5)
        /// For what was sent before closing to go out.
        var closing = TimeAmount.seconds(5)
        /// For all connections to close politely at the end.
        var shutdown = TimeAmount.seconds(1)
    }

    private struct Table {
        var connections: [UInt64: PeerConnection] = [:]
        var strangers = StrangerSlots()
        /// Accepted connections that hold a slot.
        var slots: [UInt64: String] = [:]
        var listeners: [any Channel] = []
        var isShutDown = false
    }

    let tls: TLSFactory
    let timing: Timing
    let traffic = TrafficCounter()

    private let loop: any EventLoop
    private let logger: Logger
    private let onEvent: @Sendable (TransportEvent) -> Void
    private let lastID = Atomic<UInt64>(0)
    private let table: NIOLoopBoundBox<Table>
    private let counters = NIOLockedValueBox<[UInt64: TrafficCounter]>([:])

    init(
        identity: NodeIdentityFile, group: any EventLoopGroup, timing: Timing = Timing(),
        logger: Logger, onEvent: @escaping @Sendable (TransportEvent) -> Void
    ) throws {
        tls = try TLSFactory(identity: identity)
        loop = group.next()
        self.timing = timing
        self.logger = logger
        self.onEvent = onEvent
        table = NIOLoopBoundBox.makeBoxSendingValue(Table(), eventLoop: loop)
    }

    // MARK: - Connecting

    /// Waits for peers at an address and says which; port 0 picks one.
    func listen(host: String, port: Int) async throws -> NetworkAddress {
        let channel = try await ServerBootstrap(group: loop)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(Self.userTimeout, value: Self.userTimeoutMilliseconds)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.recvAllocator, value: Self.receiveBuffers)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = self.connection(.accepted)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .bind(host: host, port: port).get()
        try await loop.submit {
            if self.table.value.isShutDown { channel.close(promise: nil) }
            self.table.value.listeners.append(channel)
        }.get()
        let address = channel.localAddress
        return NetworkAddress(host: address?.ipAddress ?? host, port: address?.port ?? port)
    }

    /// Dials `HOST:PORT`; `opened` or `dialFailed` tells what came of it.
    func dial(_ text: String) {
        guard let address = NetworkAddress(text) else {
            loop.execute {
                self.report(.dialFailed(address: text, reason: "not an address"))
            }
            return
        }
        loop.execute { self.dial(address, as: text) }
    }

    private func dial(_ address: NetworkAddress, as text: String) {
        let bootstrap = ClientBootstrap(group: loop)
            .connectTimeout(timing.connect)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(Self.userTimeout, value: Self.userTimeoutMilliseconds)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.recvAllocator, value: Self.receiveBuffers)
        let channel: EventLoopFuture<any Channel> =
            if let numeric = try? SocketAddress(ipAddress: address.host, port: address.port) {
                bootstrap.connect(to: numeric)
            } else {
                bootstrap.connect(host: address.host, port: address.port)
            }
        channel.hop(to: loop).whenComplete { result in
            do {
                let channel = try result.get()
                guard channel.isActive else { throw ChannelError.ioOnClosedChannel }
                let connection = self.connection(.dialled(text))
                try channel.pipeline.syncOperations.addHandler(connection)
            } catch {
                let reason = Failure.text(error)
                self.logger.debug("dial failed", metadata: ["to": "\(text)", "why": "\(reason)"])
                self.report(.dialFailed(address: text, reason: reason))
            }
        }
    }

    private func connection(_ origin: PeerConnection.Origin) -> PeerConnection {
        let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
        return PeerConnection(id: id, origin: origin, transport: self)
    }

    /// Linux' TCP_USER_TIMEOUT: a peer that shows signs of life but takes nothing of what it is sent is given up.
    private static let userTimeout = ChannelOptions.Types.SocketOption(
        level: .tcp, name: NIOBSDSocket.Option(rawValue: 18))
    private static let userTimeoutMilliseconds: SocketOptionValue = 20_000

    private static let receiveBuffers = AdaptiveRecvByteBufferAllocator(
        minimum: 2 << 10, initial: 16 << 10, maximum: PeerConnection.chunkBytesMax)

    // MARK: - Using a connection

    /// Sends bytes, in the order of the calls.
    func send(_ id: UInt64, _ bytes: [UInt8]) {
        let buffer = ByteBuffer(bytes: bytes)
        onConnection(id) { $0.send(buffer) }
    }

    /// Lets the next chunk come.
    func allowRead(_ id: UInt64) {
        onConnection(id) { $0.allowRead() }
    }

    /// Closes when everything sent is on its way; from now on nothing is received.
    func closeAfterSending(_ id: UInt64) {
        onConnection(id) { $0.closeAfterSending() }
    }

    /// Closes at once, as for a laptop that was let go.
    func abort(_ id: UInt64) {
        onConnection(id) { $0.abort("closed by us") }
    }

    /// Says that the other side is a member: it no longer takes a stranger's slot.
    func markAuthenticated(_ id: UInt64) {
        loop.execute { self.releaseSlot(of: id) }
    }

    /// What one connection carried so far; 0 once it is closed.
    func bytesSent(_ id: UInt64) -> UInt64 {
        counters.withLockedValue { $0[id]?.bytesSent ?? 0 }
    }

    func bytesReceived(_ id: UInt64) -> UInt64 {
        counters.withLockedValue { $0[id]?.bytesReceived ?? 0 }
    }

    /// Stops listening and closes everything; the event loops stay with whoever made them.
    func shutdown() async {
        let ends = try? await loop.submit {
            self.table.value.isShutDown = true
            let listeners = self.table.value.listeners
            let connections = Array(self.table.value.connections.values)
            let ends = (listeners.map(\.closeFuture) + connections.compactMap(\.closeFuture))
            for listener in listeners { listener.close(promise: nil) }
            for connection in connections { connection.closeAfterSending() }
            self.loop.assumeIsolated().scheduleTask(in: self.timing.shutdown) {
                for connection in self.table.value.connections.values {
                    connection.abort("shutting down")
                }
            }
            return ends
        }.get()
        for end in ends ?? [] { try? await end.get() }
    }

    private func onConnection(_ id: UInt64, _ body: @escaping @Sendable (PeerConnection) -> Void) {
        loop.execute {
            if let connection = self.table.value.connections[id] { body(connection) }
        }
    }

    // MARK: - What connections tell, on the loop

    /// Enters a connection that stands; a reason when it may not.
    func refusal(of connection: PeerConnection) -> String? {
        if table.value.isShutDown { return "shutting down" }
        if case .accepted = connection.origin {
            guard table.value.strangers.take(connection.remoteHost) || makeRoom(for: connection)
            else { return "too many connections that have not shown who they are" }
            table.value.slots[connection.id] = connection.remoteHost
        }
        table.value.connections[connection.id] = connection
        return nil
    }

    /// Lets go of the stranger that has been here longest.
    ///
    /// An honest one shows who it is in a moment, and must not wait for those who never do. What one address may hold stays as it is.
    private func makeRoom(for connection: PeerConnection) -> Bool {
        guard table.value.strangers.isFull, let oldest = table.value.slots.keys.min() else {
            return false
        }
        releaseSlot(of: oldest)
        table.value.connections[oldest]?.abort("made room for another stranger")
        return table.value.strangers.take(connection.remoteHost)
    }

    func opened(_ connection: PeerConnection, tlsKeyHash: [UInt8]) {
        counters.withLockedValue { $0[connection.id] = connection.counter }
        logger.debug("connection open", metadata: metadata(connection))
        report(
            .opened(
                id: connection.id, tlsKeyHash: tlsKeyHash, dialled: connection.dialledAddress))
    }

    func report(_ event: TransportEvent) {
        onEvent(event)
    }

    func socketClosed(_ connection: PeerConnection) {
        releaseSlot(of: connection.id)
    }

    func ended(_ connection: PeerConnection, wasOpened: Bool, reason: String) {
        table.value.connections[connection.id] = nil
        logger.debug(
            wasOpened ? "connection closed" : "connection came to nothing",
            metadata: metadata(connection).merging(["why": "\(reason)"]) { $1 })
        if wasOpened {
            report(.closed(id: connection.id))
            counters.withLockedValue { $0[connection.id] = nil }
        } else if let address = connection.dialledAddress {
            report(.dialFailed(address: address, reason: reason))
        }
    }

    private func releaseSlot(of id: UInt64) {
        guard let host = table.value.slots.removeValue(forKey: id) else { return }
        table.value.strangers.release(host)
    }

    private func metadata(_ connection: PeerConnection) -> Logger.Metadata {
        ["connection": "\(connection.id)", "host": "\(connection.remoteHost)"]
    }
}
