/// Does so many pieces of work, numbered from 0, perhaps side by side; returns when all are done.
public typealias Spreading = @Sendable (_ count: Int, _ work: @Sendable (Int) -> Void) -> Void

/// One after the other, on the thread that asks.
public let oneAfterTheOther: Spreading = { count, work in
    for index in 0..<count { work(index) }
}

/// Makes so many elements, in pieces that are spread, and puts them together in their order.
///
/// - Parameter make: Is asked for the elements of a range, on any thread.
package func gather<Element: Sendable>(
    _ count: Int, inPiecesOf size: Int, _ spread: Spreading,
    _ make: @escaping @Sendable (Range<Int>) throws -> [Element]
) throws -> [Element] {
    guard count > size else { return try make(0..<count) }
    let pieceCount = (count + size - 1) / size
    var pieces = [Result<[Element], any Error>](repeating: .success([]), count: pieceCount)
    pieces.withUnsafeMutableBufferPointer { pieces in
        // Each piece of work writes into a place of its own.
        nonisolated(unsafe) let pieces = pieces
        spread(pieceCount) { index in
            let first = index * size
            pieces[index] = Result { try make(first..<min(first + size, count)) }
        }
    }
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for piece in pieces { elements += try piece.get() }
    return elements
}
