import ArgumentParser
import Foundation
import RollcallControl

struct EnquiryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enquiry",
        abstract: "Show whom a family asks for and whom they may mean; write down a new one.",
        discussion: Sentences.enquiryDiscussion,
        subcommands: [EnquiryShowCommand.self, EnquiryAddCommand.self],
        defaultSubcommand: EnquiryShowCommand.self)
}

struct EnquiryShowCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show an enquiry, with whom it may mean and why.")
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The enquiry.") var id: String

    func request(in directory: String) throws -> ControlRequest { .enquiry(id: id) }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        EnquiryPage.text(of: try ControlJSON.decode(EnquiryReport.self, from: json), names: names)
    }
}

struct EnquiryAddCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Write down that somebody asks for a person.")

    @OptionGroup var shared: SharedOptions
    @Argument(
        help: ArgumentHelp("What they say of the person, in a person's fields.", valueName: "f=v"))
    var fields: [String] = []
    @Option(help: "Who asks.") var asks: String?
    @Option(help: "What they are to the person.") var relation: String?
    @Option(help: "A telephone or address. Repeatable.") var contact: [String] = []
    @Option(help: "When and where the person was last heard of.") var lastNews: String?
    @Option(
        help: ArgumentHelp(
            "Who may hear of the enquiry: person, own_state, central_agency. Repeatable.",
            valueName: "whom"))
    var consent: [String] = []
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        let own =
            [("asker", asks), ("asker_relation", relation), ("last_news", lastNews)]
            + contact.map { ("asker_contact", $0) } + consent.map { ("asker_consent", $0) }
        let said = own.compactMap { field, text in
            text.map { FieldValue(field: field, value: $0) }
        }
        return .addEnquiry(
            fields: try fields.map(TypedWords.fieldValue) + said, operator: author.operator)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "added")
    }
}

struct EnquiriesCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "enquiries",
        abstract: "Find enquiries by whom they ask for, who asks, a telephone.",
        discussion: Sentences.enquiriesDiscussion)
    static let isResultForPeople = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "What to find; without it the last ones.") var text: [String] = []
    @Option(
        help: ArgumentHelp(
            "Those matched with a person, and those that may mean them.", valueName: "record"))
    var person: String?
    @Option(help: "No more than so many.") var limit: Int?

    func request(in directory: String) throws -> ControlRequest {
        guard person == nil || text.isEmpty else {
            throw ControlError(.usage, Sentences.textOrPerson)
        }
        return .enquiries(
            text: text.isEmpty ? nil : text.joined(separator: " "), person: person, limit: limit)
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        var table = Table(["enquiry", "asks for", "born", "who asks", "contact", ""])
        for row in rows {
            table.add(
                EnquiryPage.cells(of: try ControlJSON.decode(EnquiryRow.self, from: row)))
        }
        return table.text
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.found(try ControlJSON.decode(EnquiriesReport.self, from: json))
    }
}

struct MatchCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "match", abstract: "Say who it is whom a family asks for, or who it is not.",
        discussion: Sentences.matchDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The enquiry.") var enquiry: String
    @Argument(help: "The person's record.") var person: String
    @Flag(help: "It is not this person.") var not = false
    @Flag(help: "Take back what was said of the two.") var withdraw = false
    @Option(help: "Why; needed where less than two things agree.") var reason: String?
    @OptionGroup var context: SeenOption
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        guard !(not && withdraw) else { throw ControlError(.usage, Sentences.notOrWithdraw) }
        return .match(
            MatchOrder(
                enquiry: enquiry, person: person,
                kind: withdraw ? "withdraw" : not ? "not_match" : "match", reason: reason,
                seen: try TypedWords.seen(context.seen), operator: author.operator))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        let verb = withdraw ? "taken back" : not ? "not matched" : "matched"
        return Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: verb)
    }
}

struct NotifiedCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "notified", abstract: "Write down that a family was told; nothing is sent.",
        discussion: Sentences.notifiedDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The enquiry.") var enquiry: String
    @Option(help: "How: phone, in_person or another word.") var how: String
    @Option(help: "What came of it.") var outcome: String
    @Option(help: ArgumentHelp("When, as 2026-11-29T14:05+02:00; else now.", valueName: "time"))
    var at: String?
    @Option(help: "Why they may be told; needed where the person did not say so.")
    var reason: String?
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .notified(
            NotifiedOrder(
                enquiry: enquiry, how: how, outcome: outcome, time: at, reason: reason,
                operator: author.operator))
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "noted")
    }
}
