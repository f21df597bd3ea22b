import ArgumentParser
import Foundation
import RollcallControl

struct PhotoCommand: DaemonCommand {
    static let configuration = CommandConfiguration(
        commandName: "photo",
        abstract: "Show, keep, write out or let go of the photos of a person.",
        discussion: Sentences.photoDiscussion)
    static let namesNodes = true

    @OptionGroup var shared: SharedOptions
    @Argument(help: "A record of the person, or an enquiry; with --save, of the photo.") var id:
        String
    @Option(
        help: ArgumentHelp("Keep this JPEG or PNG picture as one of the person.", valueName: "file")
    )
    var add: String?
    @Option(
        help: ArgumentHelp(
            "SHA-256 of the camera's file, of which --add is a smaller copy.", valueName: "hash"))
    var original: String?
    @Option(help: "Who took the picture, or where it came from.") var source: String?
    @Option(help: ArgumentHelp("Write the photo to a file, as it came.", valueName: "file"))
    var save: String?
    @Option(help: ArgumentHelp("This photo is not of the person.", valueName: "photo"))
    var detach: String?
    @Option(help: "Why, with --detach.") var reason: String?

    func request(in directory: String) throws -> ControlRequest {
        switch (add, save, detach) {
        case (nil, nil, nil) where original == nil && source == nil && reason == nil:
            return .photos(id: id)
        case (let file?, nil, nil) where reason == nil:
            return .addPhoto(
                PhotoOrder(
                    id: id, path: Home.absolute(file, in: directory), original: original,
                    source: source))
        case (nil, let file?, nil) where original == nil && source == nil && reason == nil:
            return .savePhoto(photo: id, path: Home.absolute(file, in: directory))
        case (nil, nil, let photo?) where original == nil && source == nil:
            guard let reason else { throw ControlError(.usage, Sentences.detachNeedsReason) }
            return .detachPhoto(id: id, photo: photo, reason: reason)
        default: throw ControlError(.usage, Sentences.photoUsage)
        }
    }

    func text(ofRows rows: [Data], from start: Int, names: NodeNames) throws -> String {
        try rows.map {
            Sentences.photo(try ControlJSON.decode(PhotoRow.self, from: $0), names)
        }.joined(separator: "\n")
    }

    func text(ofResult json: Data, names: NodeNames) throws -> String {
        if add != nil {
            return Sentences.addedPhoto(try ControlJSON.decode(PhotoReport.self, from: json))
        }
        if save != nil {
            return Sentences.wroteOriginal(try ControlJSON.decode(ListFileReport.self, from: json))
        }
        return Sentences.wrote(
            try ControlJSON.decode(WriteReport.self, from: json), verb: "detached a photo from")
    }
}
