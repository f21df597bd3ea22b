/// What one check of this laptop found, from `doctor`.
public struct CheckReport: Codable, Equatable, Sendable {
    public enum Standing: String, Codable, Sendable {
        /// Nothing is to be done.
        case good
        /// Something is to be done: `advice` says what.
        case act
        /// It could not be seen; `found` says why.
        case unseen
    }

    public var check: String
    public var standing: Standing
    public var found: String
    @OrNull public var advice: String?

    public init(_ check: String, _ standing: Standing, _ found: String, advice: String? = nil) {
        self.check = check
        self.standing = standing
        self.found = found
        self._advice = OrNull(wrappedValue: advice)
    }
}
