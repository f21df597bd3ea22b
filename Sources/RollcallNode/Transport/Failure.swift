import NIOCore
import NIOPosix

/// What went wrong with a connection, in a few words for the log and for whoever dialled.
enum Failure {
    static func text(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                text(first.error)
            } else if error.dnsAError != nil || error.dnsAAAAError != nil {
                "no such host"
            } else {
                "no address answered"
            }
        case let error as IOError: SystemCall.reason(error.errnoCode)
        case ChannelError.connectTimeout: "no answer in time"
        default: "\(error)"
        }
    }
}
