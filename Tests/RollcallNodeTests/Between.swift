import Logging
import NIOPosix
import RollcallWire
import Synchronization

@testable import RollcallNode

/// Somebody in between: one TLS session towards a newcomer, another towards its inviter, each under its own key.
final class Between: Sendable {
    enum Side { case newcomer, inviter }

    /// A frame, and the side that it goes to.
    struct Sending: Sendable {
        var to: Side
        var type: FrameType
        var message: [UInt8]
    }

    /// What it makes of a frame that came from a side.
    typealias Trick = @Sendable (Side, FrameType, [UInt8]) -> [Sending]

    private struct State {
        var ids: [Side: UInt64] = [:]
        var decoders: [UInt64: FrameDecoder] = [:]
        /// For a side that is not there yet.
        var waiting: [Sending] = []
        var transport: Transport?
    }

    private let state = Mutex(State())
    private let inviter: String
    private let trick: Trick

    init(towards inviter: String, _ trick: @escaping Trick) throws {
        self.inviter = inviter
        self.trick = trick
        let transport = try Transport(
            identity: try NodeIdentityFile(), group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "between") { _ in SwiftLogNoOpLogHandler() },
            onEvent: { [weak self] in self?.take($0) })
        state.withLock { $0.transport = transport }
    }

    /// Where the newcomer is led to.
    func listen() async throws -> String {
        guard let transport = state.withLock({ $0.transport }) else { return "" }
        return "\(try await transport.listen(host: "127.0.0.1", port: 0))"
    }

    func stop() async { await state.withLock { $0.transport }?.shutdown() }

    private func take(_ event: TransportEvent) {
        state.withLock { state in
            switch event {
            case .opened(let id, _, let dialled):
                let side: Side = dialled == nil ? .newcomer : .inviter
                state.ids[side] = id
                state.decoders[id] = FrameDecoder()
                if side == .newcomer { state.transport?.dial(inviter) }
                let waiting = state.waiting
                state.waiting = []
                for sending in waiting { send(sending, &state) }
            case .received(let id, let bytes):
                guard let side = state.ids.first(where: { $0.value == id })?.key else { return }
                state.decoders[id]?.append(bytes)
                while let frame = try? state.decoders[id]?.next(),
                    let type = FrameType(rawValue: frame.type)
                {
                    for sending in trick(side, type, frame.body) { send(sending, &state) }
                }
                state.transport?.allowRead(id)
            case .closed(let id):
                guard state.ids.values.contains(id) else { return }
                for other in state.ids.values where other != id {
                    state.transport?.closeAfterSending(other)
                }
                state.ids = [:]
            case .dialFailed: break
            }
        }
    }

    private func send(_ sending: Sending, _ state: inout State) {
        guard let id = state.ids[sending.to] else { return state.waiting.append(sending) }
        state.transport?.send(id, Frame(sending.type, sending.message).encoded)
    }
}

extension Between.Side {
    var other: Between.Side { self == .newcomer ? .inviter : .newcomer }
}

extension Between {
    /// Passes all on as it is.
    static let relaying: Trick = { from, type, message in
        [Sending(to: from.other, type: type, message: message)]
    }

    /// Shows the newcomer its own proof as the inviter's, and passes the rest on.
    static let reflecting: Trick = { from, type, message in
        guard type == .joinProof else { return relaying(from, type, message) }
        return [Sending(to: from, type: .joinAccept, message: Array(message.prefix(32)))]
    }

    /// Asks the newcomer as if that were the inviter, and answers the inviter as if that were the newcomer.
    static let swapping: Trick = { from, type, message in
        switch (from, type) {
        case (.newcomer, .joinOffer):
            let answer = JoinAnswer(
                node: Array(message.prefix(32)), random: [UInt8](repeating: 1, count: 16),
                genesis: [])
            return [
                Sending(to: .newcomer, type: .joinOffer, message: message),
                Sending(to: .inviter, type: .joinAnswer, message: answer.encoded()),
            ]
        default: return []
        }
    }

    /// Shows the inviter the newcomer's proof as that of another inviter.
    static let swappingProofs: Trick = { from, type, message in
        guard type == .joinProof else { return relaying(from, type, message) }
        return [Sending(to: .inviter, type: .joinAccept, message: Array(message.prefix(32)))]
    }

    /// Says nothing more once the newcomer has shown its proof, and hangs up.
    static let fallingSilent: Trick = { from, type, message in
        guard type != .joinProof else {
            return [Sending(to: .newcomer, type: .bye, message: Bye(.goingDown, "").encoded())]
        }
        return relaying(from, type, message)
    }
}
