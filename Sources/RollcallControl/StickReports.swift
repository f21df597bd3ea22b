/// To which keys bundles for this laptop are sealed, from `bundle-key`.
public struct BundleKeyReport: Codable, Equatable, Sendable {
    /// As `age -r` takes them.
    public var recipients: [String]
    /// What opens them, where it was asked for: newest first.
    @OrNull public var identities: [String]?

    public init(recipients: [String], identities: [String]?) {
        self.recipients = recipients
        self._identities = OrNull(wrappedValue: identities)
    }
}

/// What a laptop is not known to have, from `who-lacks`: one row for each that may lack something.
public struct LackReport: Codable, Equatable, Sendable {
    public var node: String
    /// Changes of those that were asked about.
    public var lacks: Int
    public var of: Int
    /// When it last said what it has; null if it never did.
    @OrNull public var acknowledgedAt: String?
    @OrNull public var via: PeerReport.Via?

    enum CodingKeys: String, CodingKey {
        case node, lacks, of, via
        case acknowledgedAt = "acknowledged_at"
    }

    public init(
        node: String, lacks: Int, of: Int, acknowledgedAt: String?, via: PeerReport.Via?
    ) {
        self.node = node
        self.lacks = lacks
        self.of = of
        self._acknowledgedAt = OrNull(wrappedValue: acknowledgedAt)
        self._via = OrNull(wrappedValue: via)
    }
}
