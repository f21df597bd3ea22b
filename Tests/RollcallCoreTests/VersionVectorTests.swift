import RollcallCore
import Testing

/// The order of version vectors is a lattice (all vectors over three replicas with counters to 2).
@Suite struct VersionVectorTests {
    private static let all: [VersionVector] = (UInt64(0)..<27).map { number in
        vector(number % 3, number / 3 % 3, number / 9)
    }

    private static func vector(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> VersionVector {
        var vector = VersionVector()
        vector[replicaA] = a
        vector[replicaB] = b
        vector[replicaC] = c
        return vector
    }

    private static func joined(_ left: VersionVector, _ right: VersionVector) -> VersionVector {
        var joined = left
        joined.merge(right)
        return joined
    }

    private static func met(_ left: VersionVector, _ right: VersionVector) -> VersionVector {
        var met = left
        met.meet(right)
        return met
    }

    @Test func `descending is reflexive, antisymmetric and transitive`() {
        for left in Self.all {
            #expect(left.descends(from: left))
            for right in Self.all where left.descends(from: right) {
                #expect(left == right || !right.descends(from: left))
                for third in Self.all where right.descends(from: third) {
                    #expect(left.descends(from: third))
                }
            }
        }
    }

    @Test func `the order of two vectors mirrors the order of the two swapped`() {
        for left in Self.all {
            for right in Self.all {
                switch left.order(relativeTo: right) {
                case .equal: #expect(left == right)
                case .before:
                    #expect(right.dominates(left) && right.order(relativeTo: left) == .after)
                case .after:
                    #expect(left.dominates(right) && right.order(relativeTo: left) == .before)
                case .concurrent: #expect(right.order(relativeTo: left) == .concurrent)
                }
            }
        }
    }

    @Test func `a replica that is not listed counts as zero`() {
        let seen = Self.vector(1, 0, 0)
        let seenMore = Self.vector(1, 1, 0)
        #expect(seen.counters.count == 1)
        #expect(seen.order(relativeTo: seenMore) == .before)
        #expect(seenMore.order(relativeTo: seen) == .after)
        #expect(Self.vector(0, 0, 0) == VersionVector())
        var emptied = seen
        emptied[replicaA] = 0
        #expect(emptied == VersionVector())
    }

    @Test
    func `merging gives the least vector that descends from both, meeting the greatest below`() {
        for left in Self.all {
            for right in Self.all {
                let joined = Self.joined(left, right)
                let met = Self.met(left, right)
                #expect(joined == Self.joined(right, left) && met == Self.met(right, left))
                #expect(Self.joined(joined, left) == joined && Self.met(met, left) == met)
                #expect(joined.descends(from: left) && left.descends(from: met))
                for third in Self.all {
                    if third.descends(from: left), third.descends(from: right) {
                        #expect(third.descends(from: joined))
                    }
                    if left.descends(from: third), right.descends(from: third) {
                        #expect(met.descends(from: third))
                    }
                }
            }
        }
    }

    @Test func `grouping does not matter to merging`() {
        for left in Self.all {
            for middle in Self.all {
                for right in Self.all {
                    #expect(
                        Self.joined(Self.joined(left, middle), right)
                            == Self.joined(left, Self.joined(middle, right)))
                }
            }
        }
    }

    @Test func `what is missing is counted by replica`() {
        #expect(Self.vector(2, 0, 1).changeCount(missingFrom: Self.vector(1, 2, 0)) == 2)
        #expect(Self.vector(1, 2, 0).changeCount(missingFrom: Self.vector(1, 2, 0)) == 0)
        #expect(Self.vector(2, 0, 0).includes(Dot(replicaA, 2)))
        #expect(!Self.vector(2, 0, 0).includes(Dot(replicaA, 3)))
        #expect(!Self.vector(2, 0, 0).includes(Dot(replicaB, 1)))
    }
}
