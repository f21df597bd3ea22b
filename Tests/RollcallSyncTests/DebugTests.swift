import Foundation
import RollcallCore
import RollcallSync
import RollcallWire
import Testing

@Suite struct DebugTests {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["SEED"] != nil)) func debug() throws {
        let seed = UInt64(ProcessInfo.processInfo.environment["SEED"]!)!
        var history = try History(seed: seed)
        try history.run(acts: 30)
        let world = history.world
        for l in world.laptops { print("NOTICES", l.name, l.notices.filter { if case .refused = $0 { true } else if case .fork = $0 {true} else {false} }) ; l.notices = [] }
        world.tap = { from, to, session, bytes in
            var decoder = FrameDecoder(); decoder.append(bytes)
            while let frame = try? decoder.next() {
                let t = FrameType(rawValue: frame.type)!
                var extra = ""
                if t == .bye, let b = try? Bye(frame.body) { extra = b.text }
                print("\(from)>\(to ?? -1) s\(session.rawValue) \(t) \(frame.encodedBytes) \(extra)")
            }
        }
        print("MEET", world.now)
        try history.meetInALine()
        for l in world.laptops { print("NOTICES", l.name, l.notices) }
        for i in world.laptops.indices { print(i, try world.counts(i), try world.fingerprint(i).prefix(3), world.laptops[i].laptop.standings.map { ($0.name, $0.isConnected, $0.theyLack, $0.weLack as Any)}) }
        print("records", history.oracle.records.count, history.oracle.conflictCount)
        for index in world.laptops.indices.dropFirst() {
            world.unplugAll()
            print("AGAIN", index)
            try world.plug(index - 1, index)
        }
    }
}
