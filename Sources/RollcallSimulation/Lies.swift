import RollcallCore
import RollcallSync
import RollcallWire

/// What a member says that is not so; its home stays honest.
enum Lie: UInt64, CaseIterable {
    case rubbish, withhold, falseAcks
}

extension Team {
    /// What leaves a laptop that lies; nil if nothing does.
    func lies(_ lie: Lie, _ bytes: [UInt8], _ node: SimulatedNode) -> [UInt8]? {
        switch lie {
        case .rubbish:
            guard chance.percent(20), bytes.count > 6 else { return bytes }
            var bytes = bytes
            bytes[chance.between(4, bytes.count - 1)] ^= UInt8(1 << chance.below(8))
            mark(.rubbish)
            return bytes
        case .withhold:
            let kept = Self.frames(bytes).filter { $0.type != FrameType.changes.rawValue }
            if kept.count < Self.frames(bytes).count { mark(.withheld) }
            let said = kept.flatMap(\.encoded)
            return said.isEmpty ? nil : said
        case .falseAcks:
            return Self.frames(bytes).flatMap { frame in
                guard frame.type == FrameType.ack.rawValue, frame.flags == 0,
                    var ack = try? Ack(frame.body)
                else { return frame.encoded }
                mark(.falseAck)
                for index in ack.entries.indices { ack.entries[index].height += 3 }
                return Frame(.ack, ack.encoded()).encoded
            }
        }
    }

    private static func frames(_ bytes: [UInt8]) -> [Frame] {
        var decoder = FrameDecoder()
        decoder.append(bytes)
        var frames: [Frame] = []
        while let frame = try? decoder.next() { frames.append(frame) }
        return frames
    }
}
