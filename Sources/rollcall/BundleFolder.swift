import Foundation
import RollcallControl

/// The bundles that lie in a folder, as on a stick among other things.
enum BundleFolder {
    private static let starts = ["age-encryption.org/v1\n", "rollcall"].map { Array($0.utf8) }

    /// What was typed, each folder replaced by the bundles right in it, in order of name.
    ///
    /// Nothing is opened that is no regular file, and no link is followed.
    static func bundles(in paths: [String]) throws -> [String] {
        try paths.flatMap { path in
            guard isFolder(path) else { return [path] }
            let found = try all(in: path)
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

    private static func isBundle(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            return false
        }
        var start = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor, &start, start.count)
        return count > 0 && starts.contains { start.prefix(count).starts(with: $0) }
    }
}
