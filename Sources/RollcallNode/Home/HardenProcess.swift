import Glibc

/// Keeps what this process knows from others on the laptop: files for the owner alone, no core dumps.
///
/// To be called first of all, before any thread or file of ours exists.
public func hardenProcess() {
    umask(0o077)
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
}
