/// A picture to be kept of a person, from the file at a path.
public struct PhotoOrder: Codable, Equatable, Sendable {
    public var id: String
    public var path: String
    /// SHA-256 of the camera's file, where this is a smaller copy.
    @OrNull public var original: String?
    /// Who took it, or where it came from.
    @OrNull public var source: String?

    public init(id: String, path: String, original: String? = nil, source: String? = nil) {
        self.id = id
        self.path = path
        self._original = OrNull(wrappedValue: original)
        self._source = OrNull(wrappedValue: source)
    }
}

/// One photo of a person, from `photo`.
public struct PhotoRow: Codable, Equatable, Sendable {
    /// Records that hold this picture; several where laptops that had not met each kept it.
    public var photos: [String]
    /// Whether this laptop may not see it.
    public var isSealed: Bool
    public var isErased = false
    /// Whether all of it is here.
    public var isWhole = false
    @OrNull public var type: String?
    @OrNull public var width: Int?
    @OrNull public var height: Int?
    @OrNull public var bytes: Int?
    @OrNull public var sha256: String?
    @OrNull public var originalSHA256: String?
    public var attached: [Attached]
    /// Other people who have the same picture.
    public var alsoOf: [String] = []

    /// That somebody said whose picture it is.
    public struct Attached: Codable, Equatable, Sendable {
        public var record: String
        public var witness: Witness

        public init(record: String, witness: Witness) {
            self.record = record
            self.witness = witness
        }
    }

    enum CodingKeys: String, CodingKey {
        case photos, type, width, height, bytes, sha256, attached
        case isSealed = "sealed"
        case isErased = "erased"
        case isWhole = "whole"
        case originalSHA256 = "original_sha256"
        case alsoOf = "also_of"
    }

    public init(photos: [String], isSealed: Bool, attached: [Attached]) {
        self.photos = photos
        self.isSealed = isSealed
        self.attached = attached
    }
}

/// What came of adding a photo.
public struct PhotoReport: Codable, Equatable, Sendable {
    public var photo: String
    public var sha256: String
    /// Whether the picture was not here before.
    public var isNew: Bool
    /// Whether the person did not have it before.
    public var isAttached: Bool
    /// Other people who have the same picture.
    public var alsoOf: [String]

    enum CodingKeys: String, CodingKey {
        case photo, sha256
        case isNew = "new"
        case isAttached = "attached"
        case alsoOf = "also_of"
    }

    public init(photo: String, sha256: String, isNew: Bool, isAttached: Bool, alsoOf: [String]) {
        self.photo = photo
        self.sha256 = sha256
        self.isNew = isNew
        self.isAttached = isAttached
        self.alsoOf = alsoOf
    }
}

/// A picture itself.
public struct PhotoContent: Codable, Equatable, Sendable {
    public var type: String
    public var sha256: String
    public var base64: String

    public init(type: String, sha256: String, base64: String) {
        self.type = type
        self.sha256 = sha256
        self.base64 = base64
    }
}
