public import RollcallCore

extension ChangesMessage {
    /// Where a segment ends: how many changes it has, and the signature of the head it ends at.
    public struct Segment: Equatable, Sendable {
        public var changeCount: Int
        public var signature: [UInt8]

        public init(changeCount: Int, signature: [UInt8]) {
            self.changeCount = changeCount
            self.signature = signature
        }

        /// Refuses a segment that, as it would be kept, is too long to be passed on.
        public func check(byteCount: Int) throws(FormatError) {
            guard changeCount == 1 || byteCount <= Limits.segmentBytesTakenMax else {
                throw FormatError(.tooMany, "bytes of a segment")
            }
        }
    }
}
