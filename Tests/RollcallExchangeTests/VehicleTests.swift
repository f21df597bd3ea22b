import RollcallCore
import Testing

@testable import RollcallExchange

@Suite struct VehicleTests {
    private func person(_ counter: UInt64, _ vehicle: String) throws -> RecordFacts {
        try Facts.record(
            counter, "surname=n\(counter)", "arrival=1", "detained_by=a",
            "arrival_vehicle=\(vehicle)")
    }

    private func counted(_ counter: UInt64, _ code: String, _ heads: Int) throws -> RecordFacts {
        try Facts.record(
            counter, "record_kind=vehicle", "vehicle_code=\(code)", "vehicle_stage=1",
            "head_count=\(heads)")
    }

    private func found(_ exchange: Exchange) -> [[String]] {
        exchange.discrepancies().filter { $0.kind == .headCount }.map(\.about)
    }

    @Test func `a vehicle is what stands before the last sign, and at any stage without one`() {
        #expect(ArrivalVehicle("bus 3@1") == ArrivalVehicle("bus 3 @ 1"))
        #expect(ArrivalVehicle("bus 3@1").stage == "1" && ArrivalVehicle("bus 3").stage == nil)
        for text in ["@1", "bus@", "@"] {
            #expect(ArrivalVehicle(text).code == text && ArrivalVehicle(text).stage == nil)
        }
        #expect(ArrivalVehicle("a@b@1").code == "a@b")
    }

    @Test func `heads are compared with those who came in the vehicle to that stage`() throws {
        let exchange = Exchange([
            try counted(1, "bus 3", 2), try counted(2, "bus 10", 1), try person(3, "Bus 3@1"),
            try person(4, "bus 3"), try person(5, "bus 10@2"), try person(6, "van@1"),
        ])
        let vehicles = exchange.vehicles(at: "1")
        #expect(vehicles.map(\.code) == ["van", "bus 3", "bus 10"])
        #expect(vehicles.map(\.registered) == [Count(1), Count(2), Count(0)])
        #expect(vehicles.map(\.counted) == [[], [2], [1]])
        #expect(found(exchange) == [["bus 10", "1 ≠ 0"]])
    }

    @Test func `whoever is named with a vehicle and did not come is not in it`() throws {
        let listed = try Facts.record(3, "surname=x", "arrival_vehicle=bus 3@1", "detained_by=a")
        let here = try person(5, "van")
        let exchange = Exchange([
            try counted(1, "bus 3", 1), listed, try person(4, "bus 3@2"), here,
        ])
        #expect(found(exchange) == [["bus 3", "1 ≠ 0"]])
    }

    @Test func `two counts stand side by side, and are told whichever is right`() throws {
        let exchange = Exchange([
            try counted(1, "bus 3", 1), try counted(2, "BUS 3", 2), try person(3, "bus 3"),
        ])
        #expect(exchange.vehicles(at: "1").map(\.counted) == [[1, 2]])
        #expect(found(exchange) == [["bus 3", "1/2 ≠ 1"]])
        #expect(exchange.vehicles()[0].records.count == 2)
        let agreed = Exchange([
            try counted(1, "bus 3", 1), try counted(2, "bus 3", 1), try person(3, "bus 3"),
        ])
        #expect(found(agreed) == [])
    }

    @Test func `where nobody says who came in what, all heads are compared with all who came`()
        throws
    {
        let people = try [5, 6].map { try Facts.record($0, "arrival=1", "detained_by=a") }
        let heads = [try counted(1, "bus 3", 1), try counted(2, "bus 4", 1)]
        #expect(found(Exchange(heads + people)) == [])
        #expect(found(Exchange(heads + people.dropLast())) == [["2 ≠ 1"]])
        #expect(Exchange(heads).stages.map(\.code) == ["1"])
    }

    @Test func `who may be one person leaves room for one fewer`() throws {
        func twin(_ counter: UInt64) throws -> RecordFacts {
            try Facts.record(
                counter, "surname=a", "given_name=b", "birth_date=12.03.1988", "arrival=1",
                "arrival_vehicle=bus 3")
        }
        let twins = [try twin(3), try twin(4)]
        for (heads, about) in [(1, []), (2, []), (3, [["bus 3", "3 ≠ 1-2"]])] {
            #expect(found(Exchange([try counted(1, "bus 3", heads)] + twins)) == about)
        }
    }
}
