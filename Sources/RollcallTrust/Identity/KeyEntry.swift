public import RollcallCore
import RollcallWire

/// The entry by which a node says to which key bundles for it are sealed.
public struct KeyEntry: Equatable, Sendable {
    public var recipient: AgeRecipient

    public init(_ recipient: AgeRecipient) { self.recipient = recipient }

    /// - Throws: `weak key`.
    public init(_ bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        recipient = try AgeRecipient(try reader.raw(32, "bundle key"))
        try reader.finish("key")
    }

    public func encoded() -> [UInt8] { recipient.bytes }
}
