/// Three recovery keys, from `recovery-keys`: shown once, and kept nowhere.
public struct RecoveryKeysReport: Codable, Equatable, Sendable {
    /// The secret halves, each as it is printed.
    public var keys: [String]
    /// How many sets these keys took the place of.
    public var replaced: Int

    public init(keys: [String], replaced: Int) {
        self.keys = keys
        self.replaced = replaced
    }
}

/// A set of recovery keys that holds, from `status`: who made it and when, and nothing secret.
public struct RecoverySetReport: Codable, Equatable, Sendable {
    /// The node on which it was made.
    public var node: String
    @OrNull public var recordedAt: String?

    enum CodingKeys: String, CodingKey {
        case node
        case recordedAt = "recorded_at"
    }

    public init(node: String, recordedAt: String?) {
        self.node = node
        self._recordedAt = OrNull(wrappedValue: recordedAt)
    }
}
