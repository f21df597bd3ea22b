import Foundation
import RollcallControl

/// The bundles that lie in a folder, as on a stick among other things.
enum BundleFolder {
    private static let starts = ["age-encryption.org/v1\n", "rollcall"].map { Array($0.utf8) }
    private static let requestStart = Array("rollcall".utf8) + [1, 1]

    /// What was typed, each folder replaced by the bundles right in it, in order of name.
    ///
    /// Nothing is opened that is no regular file, and no link is followed.
    static func bundles(in paths: [String]) throws -> [String] {
        try paths.flatMap { path in
            guard isFolder(path) else { return [path] }
            // A request to join is nothing to take in.
            let found = try all(in: path).filter { !isRequest($0) }
            guard !found.isEmpty else {
                throw ControlError(.badFile, Sentences.noBundleInFolder, hint: path)
            }
            return found
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            && isFolder.boolValue
    }

    /// The bundles right in a folder, in order of name.
    static func all(in folder: String) throws -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw ControlError(.badFile, Sentences.unreadableFolder, hint: folder)
        }
        return names.sorted().map { (folder as NSString).appendingPathComponent($0) }
            .filter(isBundle)
    }

    /// What somebody would carry on a stick: a bundle, an admission or a request.
    private static func isBundle(_ path: String) -> Bool {
        guard let start = start(of: path) else { return false }
        return starts.contains { start.starts(with: $0) }
    }

    private static func isRequest(_ path: String) -> Bool {
        start(of: path)?.starts(with: requestStart) == true
    }

    private static func start(of path: String) -> ArraySlice<UInt8>? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        var start = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor, &start, start.count)
        return count > 0 ? start.prefix(count) : nil
    }
}
