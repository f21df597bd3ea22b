import Synchronization

/// How many bytes went each way inside TLS; read from anywhere.
final class TrafficCounter: Sendable {
    private let sent = Atomic<UInt64>(0)
    private let received = Atomic<UInt64>(0)

    var bytesSent: UInt64 { sent.load(ordering: .relaxed) }
    var bytesReceived: UInt64 { received.load(ordering: .relaxed) }

    func countSent(_ byteCount: Int) {
        sent.wrappingAdd(UInt64(byteCount), ordering: .relaxed)
    }

    func countReceived(_ byteCount: Int) {
        received.wrappingAdd(UInt64(byteCount), ordering: .relaxed)
    }
}
