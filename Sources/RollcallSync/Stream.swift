import RollcallCore
import RollcallWire

/// What a start writes of, each into a replica of its own.
public enum Stream: Hashable, Sendable {
    case control
    case data
    /// Pieces of files. Were they among the rest, each edit would wait until a photo before it has crossed a slow link.
    case bulk

    var lane: Lane { self == .control ? .control : .data }

    /// How long a segment may get, which is sent whole: of files so short that an edit waits for little of one on a slow link.
    var segmentBytesMax: Int { self == .bulk ? Limits.segmentBytesMax / 4 : Limits.segmentBytesMax }
}
