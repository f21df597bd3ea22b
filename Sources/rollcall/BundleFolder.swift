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
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
                isFolder.boolValue
            else { return [path] }
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
                throw ControlError(.badFile, Sentences.unreadableFolder, hint: path)
            }
            let found = names.sorted().map { (path as NSString).appendingPathComponent($0) }
                .filter(isBundle)
            guard !found.isEmpty else {
                throw ControlError(.badFile, Sentences.noBundleInFolder, hint: path)
            }
            return found
        }
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
