import GRDBSQLite
import RollcallCore
import RollcallStore

/// A register's disk in a simulation: can fail on order, be copied, and be found again after a crash.
protocol SimulatedDisk: RegisterDisk, AnyObject {
    var failure: StoreError? { get }
    var faults: DiskFaults { get set }
    /// What is durable, on another disk.
    func copy() throws -> any SimulatedDisk
    /// The daemon is gone; with a loss of power, so is what was not synced.
    func stop(isPowerLoss: Bool)
    /// As a daemon finds it at its start.
    func reopen() throws
    /// Damages something that lies there; false if there is nothing.
    func rot(_ pick: UInt64) -> Bool
}

extension SimulatedDisk {
    func stop(isPowerLoss: Bool) {}
    func isFull(_ error: any Error) -> Bool { error as? StoreError == .diskFull }
}

/// What goes wrong with a disk, and when.
struct DiskFaults: Sendable {
    /// The so-manieth write or commit from now fails for good.
    var writesUntilFailure: Int?
    /// The so-manieth read from now fails once.
    var readsUntilFailure: Int?
    var isFull = false

    init() {}

    mutating func clear() {
        writesUntilFailure = nil
        readsUntilFailure = nil
    }

    mutating func strikeWriting() throws {
        if isFull { throw StoreError.diskFull }
        guard let left = writesUntilFailure else { return }
        writesUntilFailure = left - 1
        if left <= 1 {
            writesUntilFailure = nil
            throw StoreError.ioFailure(code: SQLITE_IOERR | 4 << 8)
        }
    }

    mutating func strikeReading() throws {
        guard let left = readsUntilFailure else { return }
        readsUntilFailure = left - 1
        if left <= 1 {
            readsUntilFailure = nil
            throw StoreError.ioFailure(code: SQLITE_IOERR | 1 << 8)
        }
    }
}
