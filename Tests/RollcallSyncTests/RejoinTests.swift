import RollcallCore
import RollcallStore
import RollcallSync
import Testing

@Suite struct RejoinTests {
    @Test func `a newcomer whose admission was lost joins again with a new code`() throws {
        let world = try World.team(["north gate", "table 1"])
        let lost = world.laptops[1]
        try lost.loseDisk(seed: 77)
        try world.join(1, through: 0)

        #expect(lost.laptop.membership?.isMember(lost.identity.node) == true)
        #expect(world.laptops[0].laptop.membership?.members.count == 2)
        #expect(try world.haveConverged())
    }

    @Test func `a removal of a set's value is no conflict with a later removal of the record`()
        throws
    {
        let world = try World.team(["north gate", "table 1"])
        let alias = FieldNumber(27 * 32 + 8 + 2)
        let record = try world.add(0, alias, "one")
        let dot = try #require(world.dot(0, record))
        try world.act(0) { laptop, store, output in
            _ = try laptop.set(
                dot, [FieldEdit(alias, .take(.text("one")))], .asStored,
                Authorship(operatorDot: nil),
                store, &output)
            _ = output
        }
        try world.act(0) { laptop, store, output in
            _ = try laptop.mark(
                dot, isRemoved: true, Authorship(operatorDot: nil), store, &output)
        }
        #expect(try world.laptops[0].store.counts().conflicts == 0)
    }
}
