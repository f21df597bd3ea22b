import RollcallCore

/// Every limit that the protocol sets, in one place; each is a row of `Protocol/numbers.csv`.
public enum Limits {
    public static let version: UInt8 = 1
    public static let frameBytesMin = 2
    public static let frameBytesMax = 1 << 20
    public static let inflatedBytesMax = 1 << 20
    public static let windowBytesMin = 524_288
    public static let windowBytes = 1 << 20
    public static let valueBytesMax = Body.textBytesMax
    public static let bodyBytesMax = Body.bytesMax
    public static let counterMax = Dot.counterMax
    public static let changeBytesMax = 262_144
    public static let writesPerChangeMax = 4_096
    public static let namesPerChangeMax = 65_536
    public static let changesPerSegmentMax = 256
    public static let segmentBytesMax = 65_536
    /// What a receiver takes: it may count in another form than the sender did.
    public static let segmentBytesTakenMax = 131_072
    public static let changesPerBlock: UInt64 = 256
    public static let changesPerMessageMax = 65_536
    public static let writesPerMessageMax = 262_144
    public static let namesPerMessageMax = 262_144
    public static let bodyBytesPerMessageMax = 16 << 20
    public static let replicasPerMessageMax = 65_536
    public static let haveEntriesMax = 16_384
    public static let admissionBytesMax = 65_536
    public static let admissionMessagesMax = 64
    public static let byeTextBytesMax = 512
    public static let addressTextBytesMax = 256
    public static let addressesMax = 64
    public static let addressesPerNodeMax = 8
    public static let earlierNoncesMax = 32
    public static let siftListMax = 16
    /// Far more than halving sixteen thousand replicas takes, and an answer still fits a frame.
    public static let siftRangesMax = 65_536
    /// As many as halving the longest replica takes.
    public static let tracePointsMax = 64
    public static let tracesMax = 4_096
    public static let siftAnswersMax = 16_384
    public static let heldRunsMax = 4_096
    public static let heldBytesMax = 256 << 20
    public static let valueDictionaryMax = 65_536
    public static let titleBytesMax = 1_024
    public static let nameBytesMax = 256
    public static let reasonBytesMax = 1_024
    public static let branchesMax = 64
    public static let cutsMax = 1_024
    public static let adoptedRunsMax = 512
    public static let classKeyWrapsMax = 256
    /// 9999-12-31, in days since 1970-01-01.
    public static let endDayMax: UInt64 = 2_932_896
    public static let membersMax = 64
    public static let membershipEntriesMax = 4_096
    public static let joinFailuresMax = 3
    public static let slowLinkMessageBytes = 16_384
    public static let admissionSeconds = 5
    public static let handshakeSeconds = 5
    public static let pingSeconds = 4
    public static let idleSeconds = 12
    public static let backoffSecondsMax = 30
    public static let takenOutSeconds = 600
    public static let unauthenticatedMax = 64
    public static let unauthenticatedPerAddressMax = 8
}
