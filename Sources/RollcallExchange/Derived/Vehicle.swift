public import RollcallCore

/// A vehicle that came to a stage: the heads that somebody counted in it, beside the people who are registered to have come in it.
public struct Vehicle: Equatable, Sendable {
    public var stage: String
    public var code: String
    /// Several where laptops that had not met each counted.
    public var records: [NamedDot] = []
    /// Ascending, each once; none where nobody counted.
    public var counted: [Int] = []
    /// People, who may be fewer once it is decided who is one.
    public var registered = Count(0)

    /// Whether somebody counted otherwise than is registered, or not all counted the same.
    public var differs: Bool { counted.contains { !registered.includes($0) } || counted.count > 1 }

    /// `41 ≠ 39`, for people.
    var comparison: String {
        let counted = counted.map { "\($0)" }.joined(separator: "/")
        let least = registered.least == registered.most ? "" : "\(registered.least)-"
        return "\(counted) ≠ \(least)\(registered.most)"
    }
}

/// In what somebody came, as the field `arrival_vehicle` has it: `VEHICLE@STAGE`, or `VEHICLE` for whichever stage they came to.
struct ArrivalVehicle: Equatable {
    var code: String
    /// Nil: wherever they arrived.
    var stage: String?

    init(_ text: String) {
        guard let at = text.lastIndex(of: "@"), at != text.startIndex,
            case let stage = text[text.index(after: at)...], !stage.isEmpty
        else {
            (code, stage) = (text, nil)
            return
        }
        (code, self.stage) = (
            TidyText(String(text[..<at])).text, TidyText(String(stage)).text
        )
    }
}

extension Person {
    /// The vehicles in which they came to a stage, if they did.
    func vehicles(at stage: String) -> Set<String> {
        guard events.has("arrival", at: stage) else { return [] }
        let named = records.flatMap { $0.texts("arrival_vehicle") }.map { ArrivalVehicle($0) }
        return Set(named.filter { $0.stage == nil || $0.stage == stage }.map(\.code))
    }
}

extension Exchange {
    /// Those of all stages, in the order of stages and codes; those, too, that only people name.
    public func vehicles() -> [Vehicle] {
        stages.flatMap { vehicles(at: $0.code) }
    }

    public func vehicles(at stage: String) -> [Vehicle] {
        var found: [String: Vehicle] = [:]
        var seats: [String: [Int]] = [:]
        func note(_ code: String) -> String {
            // Bus 3 is bus 3.
            let key = code.lowercased()
            if found[key] == nil { found[key] = Vehicle(stage: stage, code: code) }
            return key
        }
        for record in vehicleRecords where record.text("vehicle_stage") == stage {
            guard let key = record.text("vehicle_code").map(note) else { continue }
            found[key]?.records.append(record.name)
            found[key]?.counted += record.texts("head_count").compactMap { Int($0) }
        }
        for place in people.indices {
            for code in people[place].vehicles(at: stage) {
                seats[note(code), default: []].append(place)
            }
        }
        return found.map { key, vehicle in
            var vehicle = vehicle
            vehicle.counted = Set(vehicle.counted).sorted()
            vehicle.registered = count(seats[key] ?? [])
            return vehicle
        }.sorted { ($0.code.count, $0.code) < ($1.code.count, $1.code) }
    }

    /// Where nobody says who came in what, all who were counted are compared with all who arrived.
    func unlikeHeadCounts() -> [Discrepancy] {
        stages.map(\.code).flatMap { stage in
            let vehicles = vehicles(at: stage)
            let isNamed = vehicles.contains { $0.registered.most > 0 }
            let compared = isNamed ? vehicles : Self.together(vehicles, present(at: stage))
            return compared.filter(\.differs).map {
                Discrepancy(
                    .headCount, $0.records, stage: stage,
                    about: [$0.code, $0.comparison]
                        .filter { !$0.isEmpty })
            }
        }
    }

    private func present(at stage: String) -> Count {
        count(people.indices.filter { people[$0].events.has("arrival", at: stage) })
    }

    /// All vehicles of a stage as one; none where one of them was counted in two ways, or nobody counted.
    private static func together(_ vehicles: [Vehicle], _ present: Count) -> [Vehicle] {
        let counted = vehicles.filter { !$0.counted.isEmpty }
        guard let first = counted.first, counted.allSatisfy({ $0.counted.count == 1 }) else {
            return vehicles
        }
        return [
            Vehicle(
                stage: first.stage, code: counted.count == 1 ? first.code : "",
                records: counted.flatMap(\.records),
                counted: [counted.reduce(0) { $0 + $1.counted[0] }], registered: present)
        ]
    }

    private func count(_ places: [Int]) -> Count {
        Count(places.count, least: places.count - Tally.merges(places, candidates))
    }
}

extension Count {
    func includes(_ number: Int) -> Bool { (least...max(least, most)).contains(number) }
}
