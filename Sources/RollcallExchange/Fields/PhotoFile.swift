/// What a photo is, as its record says it in one text: `image/jpeg 768x1024 83211 HASH`, and the hash of the original, where this
/// is a smaller copy.
public struct PhotoFile: Equatable, Sendable {
    public var type: String
    public var width: Int
    public var height: Int
    public var byteCount: Int
    /// SHA-256 in 64 small hexadecimal digits.
    public var sha256: String
    /// SHA-256 of the camera's file, which is kept elsewhere.
    public var original: String?

    public init(
        type: String, width: Int, height: Int, byteCount: Int, sha256: String,
        original: String? = nil
    ) {
        self.type = type
        self.width = width
        self.height = height
        self.byteCount = byteCount
        self.sha256 = sha256
        self.original = original
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let sides = words.count > 1 ? words[1].split(separator: "x").compactMap { Int($0) } : []
        guard (4...5).contains(words.count), sides.count == 2, let byteCount = Int(words[2]),
            Self.isHash(words[3]), words.count == 4 || Self.isHash(words[4])
        else { return nil }
        self.init(
            type: words[0], width: sides[0], height: sides[1], byteCount: byteCount,
            sha256: words[3], original: words.count == 5 ? words[4] : nil)
    }

    public var text: String {
        "\(type) \(width)x\(height) \(byteCount) \(sha256)" + (original.map { " " + $0 } ?? "")
    }

    public static func isHash(_ text: String) -> Bool {
        text.utf8.count == 64
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}
