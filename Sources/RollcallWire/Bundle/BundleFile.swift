public import RollcallCore

/// The start of a bundle's file.
public enum BundleFile {
    public static let magic: [UInt8] = Array("rollcall".utf8)
    public static let version: UInt8 = 1
    public static let nullSeal: UInt8 = 0
    /// In the place of the seal: the file is no bundle, but a request to join.
    public static let request: UInt8 = 1
    public static let prologueBytes = 10

    public static var prologue: [UInt8] { magic + [version, nullSeal] }

    /// Checks the first bytes of a file; the manifest frame follows them.
    public static func checkPrologue(_ bytes: [UInt8]) throws(FormatError) {
        guard magic.starts(with: bytes.prefix(magic.count)) else {
            throw FormatError(.notABundle, "file")
        }
        var reader = ByteReader(bytes)
        _ = try reader.range(of: magic.count, "file")
        guard try reader.u8("bundle version") == version else {
            throw FormatError(.unknownVersion, "bundle version")
        }
        guard try reader.u8("bundle seal") == nullSeal else {
            throw FormatError(.unknownSeal, "bundle seal")
        }
    }
}
