import RollcallCore
package import RollcallWire

/// Reads a bundle's chunks one after the other, ahead of whoever takes them in.
///
/// All that needs no more than the chunks themselves and the replicas known at the start: on any thread.
public struct ChunkReading: Sendable {
    private var table: ReplicaTable
    private var numbering: SessionReplicas

    init(table: ReplicaTable, numbering: SessionReplicas) {
        (self.table, self.numbering) = (table, numbering)
    }

    public mutating func read(_ chunk: [UInt8]) throws -> ReadChunk {
        try read(chunk, Compression())
    }

    /// - Parameter compression: Of this thread's own.
    package mutating func read(_ chunk: [UInt8], _ compression: Compression) throws -> ReadChunk {
        var decoder = FrameDecoder()
        decoder.append(chunk)
        guard let frame = try decoder.next(), frame.encodedBytes == chunk.count,
            frame.type == FrameType.changes.rawValue
        else { throw FormatError(.notABundle, "bundle chunk") }
        let message = try ChangesMessage(
            try frame.message(compression), table: &table, numbering: &numbering)
        return ReadChunk(bytes: chunk, message: message, table: table, numbering: numbering)
    }
}

/// A chunk, and what it says by the numbers that replicas were to have at its turn.
public struct ReadChunk: Sendable {
    let bytes: [UInt8]
    let message: ChangesMessage
    let table: ReplicaTable
    let numbering: SessionReplicas

    /// Whether replicas have these numbers.
    ///
    /// A fork that was found meanwhile gives a number to its branch, of which whoever read ahead did not know.
    func holds(in table: ReplicaTable) -> Bool {
        table.count <= self.table.count
            && table.ids.elementsEqual(self.table.ids.prefix(table.count))
    }
}
