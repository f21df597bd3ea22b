import ArgumentParser
import Foundation
import RollcallControl

/// The operator of a write, where it is not the one of this home.
struct OperatorOption: ParsableArguments {
    @Option(help: "Who makes this change, if not this home's operator.") var `operator`: String?
}

/// What the operator was shown.
struct SeenOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The dots you were shown, or none; without it, what is stored here.",
            valueName: "dot,..."))
    var seen: [String] = []
}

struct SourceOption: ParsableArguments {
    @Option(
        help:
            "Where you have it from: a passport, a list, the person; with a grade: 'document B2: passport'."
    )
    var source: String?
}

struct AddCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make a record.",
        discussion: "A field given twice makes a further change.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: ArgumentHelp("Fields and their values.", valueName: "f=v"))
    var fields: [String]
    @OptionGroup var source: SourceOption
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .add(
            fields: try fields.map(TypedWords.fieldValue), source: source.source,
            operator: author.operator)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "added")
    }
}

struct SetCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Write fields of a record.",
        discussion: Sentences.setDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String
    @Argument(help: ArgumentHelp("Fields and their values.", valueName: "f=v"))
    var fields: [String]
    @OptionGroup var context: SeenOption
    @OptionGroup var source: SourceOption
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .set(
            id: id, fields: try fields.map(TypedWords.fieldValue),
            seen: try TypedWords.seen(context.seen), source: source.source,
            operator: author.operator)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "set")
    }
}

struct UnsetCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "unset", abstract: "Write a state in place of a value.",
        discussion: Sentences.unsetDiscussion)

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String
    @Argument(help: ArgumentHelp("Fields, or f=v for one value of a set.", valueName: "f"))
    var fields: [String]
    @Option(help: "unknown, refused, unable, not_asked or withheld.") var state: String?
    @OptionGroup var context: SeenOption
    @OptionGroup var source: SourceOption
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .unset(
            id: id, fields: try fields.map(TypedWords.fieldChoice), state: state,
            seen: try TypedWords.seen(context.seen), source: source.source,
            operator: author.operator)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "unset")
    }
}

struct RemoveCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Mark a record as removed; its values stay.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .remove(id: id, operator: author.operator)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "removed")
    }
}

struct RestoreCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Take back the removal of a record.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .restore(id: id, operator: author.operator)
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.wrote(try ControlJSON.decode(WriteReport.self, from: json), verb: "restored")
    }
}

struct ResolveCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Settle a conflict: name all siblings, write one value.")

    @OptionGroup var shared: SharedOptions
    @Argument(help: "The record.") var id: String
    @Argument(help: "The field in conflict.") var field: String
    @Option(help: ArgumentHelp("The sibling to keep.", valueName: "dot")) var keep: String?
    @Option(help: ArgumentHelp("A value instead of all siblings.", valueName: "v"))
    var value: String?
    @OptionGroup var context: SeenOption
    @Option(help: "Why.") var reason: String?
    @OptionGroup var author: OperatorOption

    func request(in directory: String) throws -> ControlRequest {
        .resolve(
            id: id, field: field, choice: try choice(), seen: try TypedWords.seen(context.seen),
            reason: reason, operator: author.operator)
    }

    private func choice() throws -> Choice {
        switch (keep, value) {
        case (let dot?, nil): .keep(dot: dot)
        case (nil, let text?): .value(text: text)
        case (nil, nil), (_?, _?): throw ControlError(.usage, Sentences.keepOrValue)
        }
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        Sentences.resolved(try ControlJSON.decode(ResolveReport.self, from: json))
    }
}
