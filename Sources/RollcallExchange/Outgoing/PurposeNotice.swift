/// What stands on whatever leaves the register: what it is for, and how much of it was kept back; in three languages.
public struct PurposeNotice: Sendable {
    public var recipient: Recipient
    /// The day after which nothing of the register is kept.
    public var endDate: String?
    /// What was asked for, how many that are by the sheet, and how many of them are withheld.
    public var counts: Counts?

    public struct Counts: Equatable, Sendable {
        public var what: Tally.Row
        public var stage: String?
        public var direction: Direction
        public var all: Int
        public var withheld: Int

        public init(
            what: Tally.Row, stage: String?, direction: Direction, all: Int, withheld: Int
        ) {
            (self.what, self.stage, self.direction) = (what, stage, direction)
            (self.all, self.withheld) = (all, withheld)
        }
    }

    public init(for recipient: Recipient, endDate: String?, counts: Counts? = nil) {
        (self.recipient, self.endDate, self.counts) = (recipient, endDate, counts)
    }

    public var lines: [(language: String, text: String)] {
        [("en", english), ("uk", ukrainian), ("ru", russian)]
    }

    private var english: String {
        guard recipient != .press else {
            return
                "Numbers for publication, without people: those under \(Figures.least) are not told."
        }
        return
            "Only to find, identify and hand over people in the exchange. Do not pass it on; destroy it when the exchange has ended\(endDate.map { ", by \($0) at the latest" } ?? "")."
            + (counts.map {
                " People: \($0.all) by the sheet (\(place($0))), \($0.withheld) of them withheld, \($0.all - $0.withheld) here."
            } ?? "")
    }

    private var ukrainian: String {
        guard recipient != .press else {
            return "Числа для оприлюднення, без людей: менші за \(Figures.least) не подаються."
        }
        return
            "Лише для розшуку, встановлення особи та передачі людей під час обміну. Далі не передавати; після завершення обміну знищити\(endDate.map { ", не пізніше \($0)" } ?? "")."
            + (counts.map {
                " Людей: \($0.all) за відомістю (\(place($0))), з них не розголошується \($0.withheld), тут \($0.all - $0.withheld)."
            } ?? "")
    }

    private var russian: String {
        guard recipient != .press else {
            return "Числа для публикации, без людей: меньше \(Figures.least) не приводятся."
        }
        return
            "Только для розыска, установления личности и передачи людей при обмене. Далее не передавать; по окончании обмена уничтожить\(endDate.map { ", не позднее \($0)" } ?? "")."
            + (counts.map {
                " Людей: \($0.all) по ведомости (\(place($0))), из них не разглашается \($0.withheld), здесь \($0.all - $0.withheld)."
            } ?? "")
    }

    /// In words of the register, which are the same in each language.
    private func place(_ counts: Counts) -> String {
        let direction = counts.direction == .aToB ? "A→B" : "B→A"
        return ([counts.what.rawValue, direction] + (counts.stage.map { [$0] } ?? []))
            .joined(separator: ", ")
    }
}
