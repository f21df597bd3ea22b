import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// One connection, from the first byte of its handshake to the end.
///
///     handshaking ──▶ open ──▶ closing ──▶ ended
///          │            │                    ▲
///          │            └──▶ drained ────────┤
///          └─────────────────────────────────┘
///
/// Open: what comes is handed on a chunk at a time, each when it has been asked for; what the
/// network brings beyond that waits in `held`. Closing: what was sent goes out, what comes is
/// thrown away. Drained: the peer is gone, but some of what it said has not been asked for yet.
///
/// Lives on the transport's event loop alone.
final class PeerConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Who began, and with which address.
    enum Origin: Sendable {
        case accepted
        case dialled(String)
    }

    private enum State {
        case handshaking, open, closing, drained, ended
    }

    /// The most bytes that are handed on at once.
    static let chunkBytesMax = 256 << 10

    let id: UInt64
    let origin: Origin
    let counter = TrafficCounter()
    /// The other side's address without its port; known once connected.
    private(set) var remoteHost = ""

    private let transport: Transport
    private var state = State.handshaking
    private var context: ChannelHandlerContext?
    private var tls: NIOSSLHandler?
    private var deadline: Scheduled<Void>?
    private var failure: String?
    private var lastWrite: EventLoopFuture<Void>?

    private var held = ByteBuffer()
    private var mayHandOn = true

    init(id: UInt64, origin: Origin, transport: Transport) {
        self.id = id
        self.origin = origin
        self.transport = transport
    }

    var dialledAddress: String? {
        switch origin {
        case .accepted: nil
        case .dialled(let address): address
        }
    }

    var isOpen: Bool { state == .open }
    var closeFuture: EventLoopFuture<Void>? { context?.channel.closeFuture }

    // MARK: - What the driver asks

    func send(_ bytes: ByteBuffer) {
        guard state == .open, let context else { return }
        transport.traffic.countSent(bytes.readableBytes)
        counter.countSent(bytes.readableBytes)
        let promise = context.eventLoop.makePromise(of: Void.self)
        lastWrite = promise.futureResult
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }

    func allowRead() {
        switch state {
        case .open where held.readableBytes > 0: handOn()
        case .open:
            guard !mayHandOn else { return }
            mayHandOn = true
            context?.read()
        case .drained:
            if held.readableBytes > 0 { handOn() } else { end() }
        case .handshaking, .closing, .ended: break
        }
    }

    /// Closes once everything sent has gone to the network, or could not within the time.
    func closeAfterSending() {
        switch state {
        case .open: break
        case .drained: return end()
        case .handshaking: return abort("closed while shaking hands")
        case .closing, .ended: return
        }
        guard let context else { return }
        state = .closing
        held = ByteBuffer()
        setDeadline(transport.timing.closing, "the other side did not read in time")
        // Reading on is what lets the other side's goodbye arrive; closing with bytes unread
        // would reset the connection and lose what we have just sent.
        readOnItsOwn(true)
        guard let lastWrite else { return context.close(promise: nil) }
        lastWrite.assumeIsolated().whenComplete { _ in
            if self.state == .closing { self.context?.close(promise: nil) }
        }
    }

    /// Closes at once; what was sent and is still here is lost.
    func abort(_ reason: String) {
        switch state {
        case .ended: return
        case .drained: return end()
        case .handshaking, .open, .closing: break
        }
        if failure == nil { failure = reason }
        held = ByteBuffer()
        guard let context else { return end() }
        if state == .open { state = .closing }
        // From TLS's own place on, so that TLS does not wait for an answer.
        let below = tls.flatMap { try? context.pipeline.syncOperations.context(handler: $0) }
        (below ?? context).close(promise: nil)
    }

    // MARK: - The handshake

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { start(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        start(context)
        context.fireChannelActive()
    }

    private func start(_ context: ChannelHandlerContext) {
        guard tls == nil, state == .handshaking else { return }
        remoteHost = context.remoteAddress?.ipAddress ?? ""
        if let refusal = transport.refusal(of: self) { return abort(refusal) }
        setDeadline(transport.timing.handshake, "no handshake in time")
        do {
            let tls =
                switch origin {
                case .accepted: try transport.tls.serverHandler()
                case .dialled: try transport.tls.clientHandler()
                }
            self.tls = tls
            try context.pipeline.syncOperations.addHandler(tls, position: .before(self))
        } catch {
            abort("TLS could not begin: \(error)")
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted(let name)? = event as? TLSUserEvent { open(speaking: name) }
        context.fireUserInboundEventTriggered(event)
    }

    private func open(speaking name: String?) {
        guard state == .handshaking else { return }
        guard name == TLSFactory.protocolName else {
            return abort("the other side does not speak \(TLSFactory.protocolName)")
        }
        guard let hash = tls?.peerCertificate.flatMap(TLSFactory.keyHash) else {
            return abort("the other side showed no key")
        }
        deadline?.cancel()
        deadline = nil
        state = .open
        readOnItsOwn(false)
        transport.opened(self, tlsKeyHash: hash)
        // The first chunk comes unasked.
        context?.read()
    }

    // MARK: - What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard state == .open else { return }
        var buffer = unwrapInboundIn(data)
        transport.traffic.countReceived(buffer.readableBytes)
        counter.countReceived(buffer.readableBytes)
        if held.readableBytes == 0 { held = buffer } else { held.writeBuffer(&buffer) }
    }

    /// All records of TLS that came together go on together: what they say is then kept by one commit.
    func channelReadComplete(context: ChannelHandlerContext) {
        if state == .open, mayHandOn { handOn() }
        context.fireChannelReadComplete()
    }

    private func handOn() {
        let byteCount = min(held.readableBytes, Self.chunkBytesMax)
        guard let bytes = held.readBytes(length: byteCount), !bytes.isEmpty else { return }
        mayHandOn = false
        if held.readableBytes == 0 { held = ByteBuffer() }
        transport.report(.received(id: id, bytes))
    }

    // MARK: - The end

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if failure == nil, state != .closing { failure = Failure.text(error) }
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        leave()
        self.context = nil
        tls = nil
    }

    /// The socket is gone; what the peer said before is still handed on.
    private func leave() {
        deadline?.cancel()
        deadline = nil
        switch state {
        case .open where held.readableBytes > 0:
            state = .drained
            transport.socketClosed(self)
        case .handshaking, .open, .closing:
            transport.socketClosed(self)
            end()
        case .drained, .ended: break
        }
    }

    private func end() {
        guard state != .ended else { return }
        let wasOpened = state != .handshaking
        state = .ended
        held = ByteBuffer()
        transport.ended(self, wasOpened: wasOpened, reason: failure ?? "the other side hung up")
    }

    private func setDeadline(_ time: TimeAmount, _ reason: String) {
        guard let context else { return }
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.abort(reason)
        }
    }

    private func readOnItsOwn(_ isOn: Bool) {
        try? context?.channel.syncOptions?.setOption(.autoRead, value: isOn)
    }
}
