public import RollcallCore

/// What can be made of a change by itself, whatever came before it: most of the work of a link.
public struct PreparedChange: Sendable {
    public var commitments: [Commitment]
    /// As it lies on disk.
    public var content: [UInt8]

    /// Enough that handing them out costs nothing beside it.
    private static let changesPerPiece = 128

    /// - Parameter leaves: 16 bytes for each change.
    public static func prepare(
        _ changes: [Change], leaves: [UInt8], _ spread: Spreading
    ) throws -> [PreparedChange] {
        try gather(changes.count, inPiecesOf: changesPerPiece, spread) { range in
            var hasher = ChainHasher()
            return range.map { index in
                let leaf = leaves[(index * 16)..<(index * 16 + 16)]
                return PreparedChange(
                    commitments: hasher.commitments(to: changes[index], leaf: leaf),
                    content: changes[index].stored())
            }
        }
    }
}
