/// Why a home cannot be used.
enum HomeError: Error, Equatable, Sendable {
    /// Another daemon holds this home's lock; its process, where the lock says so.
    case daemonRunning(process: Int32?)
    case notADirectory(path: String)
    case ownedByAnother(path: String, user: UInt32)
    /// A register without the keys that open it.
    case keysMissing(path: String)
    case keysDamaged(path: String)
    /// A home of a version that did not seal.
    case unsealed(path: String)
    /// The system refused; the name of what was asked of it and its reason.
    case refused(String, path: String, code: Int32)
}

extension HomeError: CustomStringConvertible {
    var description: String {
        switch self {
        case .daemonRunning(let process?): "a daemon runs for this home already, process \(process)"
        case .daemonRunning(nil): "a daemon runs for this home already"
        case .notADirectory(let path): "\(path) is not a directory"
        case .ownedByAnother(let path, let user): "\(path) belongs to the user \(user)"
        case .keysMissing(let path):
            "the home has a register but no keys at \(path); without them nobody can read it"
        case .keysDamaged(let path): "the keys at \(path) are damaged or of a newer version"
        case .unsealed(let path):
            "the home \(path) was made by a version that did not seal what it kept"
        case .refused(let call, let path, let code):
            "\(call) \(path): \(SystemCall.reason(code))"
        }
    }
}
