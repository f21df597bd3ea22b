package import Foundation
import Glibc
package import NIOCore

/// Cuts what comes over the control socket into lines.
///
/// A line over the limit is not kept: its bytes are dropped up to its end, so that the one who
/// sends it can finish and be told.
package struct LineSplitter {
    package enum Line: Equatable {
        case line(Data)
        case tooLong
    }

    private let lineBytesMax: Int
    private var buffer = ByteBuffer()
    private var searchedBytes = 0
    private var isDropping = false

    package init(lineBytesMax: Int) {
        self.lineBytesMax = lineBytesMax
    }

    package mutating func append(_ bytes: ByteBuffer) {
        buffer.writeImmutableBuffer(bytes)
    }

    /// The next whole line without its end, or nil until more comes.
    package mutating func next() -> Line? {
        guard let lineBytes = lineEnd() else {
            if buffer.readableBytes >= lineBytesMax || isDropping {
                isDropping = true
                buffer.clear()
                searchedBytes = 0
            } else {
                searchedBytes = buffer.readableBytes
                buffer.discardReadBytes()
            }
            return nil
        }
        let line = buffer.readBytes(length: lineBytes) ?? []
        buffer.moveReaderIndex(forwardBy: 1)
        searchedBytes = 0
        defer { isDropping = false }
        return isDropping || lineBytes >= lineBytesMax ? .tooLong : .line(Data(line))
    }

    /// How many bytes come before the next line end.
    private func lineEnd() -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            guard let base = bytes.baseAddress, searchedBytes < bytes.count,
                let end = memchr(
                    base + searchedBytes, Int32(UInt8(ascii: "\n")), bytes.count - searchedBytes)
            else { return nil }
            return UnsafeRawPointer(end) - base
        }
    }
}
