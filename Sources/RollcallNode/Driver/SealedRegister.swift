import Dispatch
import Glibc
import RollcallStore
import RollcallTrust

/// A register's disk as the daemon has it.
typealias SealedRegister = SealedDisk<RegisterStore>

extension SealedRegister {
    /// A register on this machine, with its chance and all its cores.
    convenience init(_ store: RegisterStore, epochs: [EpochKey]) throws {
        try self.init(store, epochs: epochs, chance: KernelChance(), spread: overAllCores)
    }
}

let overAllCores: Spreading = { count, work in
    DispatchQueue.concurrentPerform(iterations: count, execute: work)
}

/// The kernel's chance, many bytes by one call.
struct KernelChance: KeyChance {
    private var one = SystemRandomNumberGenerator()
    /// What `getentropy` gives at once.
    private static let bytesPerCallMax = 256

    mutating func next() -> UInt64 { one.next() }

    mutating func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let wanted = min(count - filled, Self.bytesPerCallMax)
                let failed = getentropy(buffer.baseAddress.map { $0 + filled }, wanted) != 0
                precondition(!failed, "the kernel gives no chance: \(errno)")
                filled += wanted
            }
        }
    }
}
