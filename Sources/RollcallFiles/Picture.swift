/// A picture as its first bytes tell of it: what is shown is decoded by a browser, and by nothing of ours.
public struct Picture: Equatable, Sendable {
    /// The media type.
    public var type: String
    public var width: Int
    public var height: Int

    public static let bytesMax = 1 << 20
    /// A picture of more is a trap: few bytes that fill the memory of whoever opens them.
    static let pixelsMax = 50_000_000

    /// - Throws: ``PictureRefusal`` for what is neither JPEG (ISO/IEC 10918-1) nor PNG (ISO/IEC 15948).
    public init(_ bytes: [UInt8]) throws(PictureRefusal) {
        guard bytes.count <= Self.bytesMax else { throw .tooLarge }
        if bytes.starts(with: Self.pngStart) {
            try self.init(png: bytes)
        } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
            try self.init(jpeg: bytes)
        } else {
            throw .noPicture
        }
        guard width > 0, height > 0 else { throw .damaged }
        guard width * height <= Self.pixelsMax else { throw .tooManyPixels }
    }

    private static let pngStart: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

    private init(png bytes: [UInt8]) throws(PictureRefusal) {
        // The first chunk is the header, and its first words the sides.
        guard bytes.count >= 33, Array(bytes[12..<16]) == Array("IHDR".utf8) else { throw .damaged }
        func word(_ start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
        (type, width, height) = ("image/png", word(16), word(20))
        guard width < 1 << 31, height < 1 << 31, width < 1 << 20, height < 1 << 20 else {
            throw .tooManyPixels
        }
    }

    private init(jpeg bytes: [UInt8]) throws(PictureRefusal) {
        func pair(_ start: Int) -> Int { Int(bytes[start]) << 8 | Int(bytes[start + 1]) }
        var place = 2
        while place + 9 <= bytes.count, bytes[place] == 0xff {
            let marker = bytes[place + 1]
            switch marker {
            case 0xff:
                // What fills up before a marker.
                place += 1
            case 0x01, 0xd0...0xd7: place += 2
            case 0xc0...0xc3, 0xc5...0xc7, 0xc9...0xcb, 0xcd...0xcf:
                (type, width, height) = ("image/jpeg", pair(place + 7), pair(place + 5))
                return
            case 0xd9, 0xda: throw .damaged
            default:
                let length = pair(place + 2)
                guard length >= 2 else { throw .damaged }
                place += 2 + length
            }
        }
        throw .damaged
    }
}

/// Why a file is no photo that can be kept.
public enum PictureRefusal: Error, Equatable, Sendable {
    case noPicture
    case damaged
    case tooLarge
    case tooManyPixels
}

extension PictureRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noPicture: "the file is neither a JPEG nor a PNG picture"
        case .damaged: "the picture is damaged: its head says no size"
        case .tooLarge:
            "the picture has over \(Picture.bytesMax >> 20) MiB, which would keep other laptops waiting"
        case .tooManyPixels:
            "the picture has more than \(Picture.pixelsMax / 1_000_000) million pixels: a trap, or a scan"
        }
    }

    /// What to do about it.
    public var hint: String {
        switch self {
        case .noPicture: "save it as JPEG"
        case .damaged: "take it anew from the camera"
        case .tooLarge, .tooManyPixels:
            "the page makes a smaller copy by itself (`rollcall open`); or make one of some 1,000 pixels, and name the camera's file with --original"
        }
    }
}
