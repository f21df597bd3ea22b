import NIOCore

/// The addresses of this machine's network interfaces.
enum InterfaceAddresses {
    /// Every address that another laptop could dial: not loopback, not link-local.
    static func all() -> [String] {
        guard let devices = try? System.enumerateDevices() else { return [] }
        return devices.compactMap(\.address?.ipAddress).filter { address in
            !address.hasPrefix("127.") && address != "::1" && !address.hasPrefix("fe80")
                && !address.hasPrefix("169.254.")
        }
    }
}
