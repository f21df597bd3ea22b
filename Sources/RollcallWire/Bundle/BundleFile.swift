public import RollcallCore

/// The start of a bundle's file.
public enum BundleFile {
    public static let magic: [UInt8] = Array("rollcall".utf8)
    public static let version: UInt8 = 1
    public static let nullSeal: UInt8 = 0
    public static let prologueBytes = 10

    public static var prologue: [UInt8] { magic + [version, nullSeal] }

    /// Checks the first bytes of a file; the manifest frame follows them.
    public static func checkPrologue(_ bytes: [UInt8]) throws(FormatError) {
        guard bytes.prefix(8).elementsEqual(magic) else { throw FormatError(.notABundle, "file") }
        guard bytes.count >= prologueBytes else { throw FormatError(.truncated, "file") }
        guard bytes[8] == version else { throw FormatError(.unknownVersion, "bundle version") }
        guard bytes[9] == nullSeal else { throw FormatError(.unknownSeal, "bundle seal") }
    }
}
