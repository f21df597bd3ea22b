import Foundation
import NIOCore

/// One command line program that asks.
final class ControlConnection: Sendable {
    private let channel: any Channel
    private let writer: NIOAsyncChannelOutboundWriter<ByteBuffer>

    init(channel: any Channel, writer: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
        self.channel = channel
        self.writer = writer
    }

    /// Sends a line, which brings its own end; waits while the other side is slow to read.
    ///
    /// What is sent to one that hung up is dropped: `isClosed` tells.
    func send(_ line: Data) async {
        try? await writer.write(ByteBuffer(bytes: line))
    }

    /// Whether the other side hung up.
    var isClosed: Bool { !channel.isActive }

    /// Calls back once when the connection ends, from the network's thread.
    func onClose(_ action: @escaping @Sendable () -> Void) {
        channel.closeFuture.whenComplete { _ in action() }
    }

    /// Hangs up when everything sent is on its way.
    func close() {
        flushed().whenComplete { [channel] _ in channel.close(promise: nil) }
    }

    /// Done when the other side took what was sent, or hung up.
    func flushed() -> EventLoopFuture<Void> {
        channel.writeAndFlush(ByteBuffer())
    }
}
