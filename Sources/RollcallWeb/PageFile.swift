import CPage
import NIOCore

/// A file of the page: the same for everybody, and no value of any record is in it.
struct PageFile: Sendable {
    let type: String
    let bytes: ByteBuffer

    /// By the path that a browser asks for.
    static let all: [String: PageFile] = {
        let files = UnsafeBufferPointer(start: page_files_start(), count: page_file_count)
        return Dictionary(
            uniqueKeysWithValues: files.map { file in
                let path = "/" + String(cString: file.path)
                let bytes = UnsafeBufferPointer(start: file.bytes, count: file.size)
                return (path, PageFile(type: type(of: path), bytes: ByteBuffer(bytes: bytes)))
            })
    }()

    static func at(_ path: String) -> PageFile? { all[path == "/" ? "/index.html" : path] }

    private static func type(of path: String) -> String {
        switch path.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
