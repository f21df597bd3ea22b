/// The keys `value` and `state`, of which a write has one.
private enum ContentKeys: String, CodingKey {
    case value, state
}

/// An event in JSON: its stage, and its time or null.
private struct EventValue: Codable {
    var stage: String
    @OrNull var time: String?
}

extension Content: Codable {
    /// Writes `value` or `state` into the object around it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ContentKeys.self)
        switch self {
        case .text(let text):
            try container.encode(text, forKey: .value)
        case .event(let stage, let time):
            try container.encode(EventValue(stage: stage, time: time), forKey: .value)
        case .state(let state):
            try container.encode(state, forKey: .state)
        }
    }

    public init(from decoder: any Decoder) throws {
        guard let content = try Self.decodeIfPresent(from: decoder) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath, debugDescription: "neither value nor state"))
        }
        self = content
    }

    /// Reads what an object says, or nil where its value is null.
    static func decodeIfPresent(from decoder: any Decoder) throws -> Content? {
        let container = try decoder.container(keyedBy: ContentKeys.self)
        if let state = try container.decodeIfPresent(String.self, forKey: .state) {
            return .state(state)
        }
        guard container.contains(.value), try !container.decodeNil(forKey: .value) else {
            return nil
        }
        if let event = try? container.decode(EventValue.self, forKey: .value) {
            return .event(stage: event.stage, time: event.time)
        }
        return .text(try container.decode(String.self, forKey: .value))
    }

    /// Writes an explicit null into the object around, for a change that says nothing.
    static func encodeNull(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: ContentKeys.self)
        try container.encodeNil(forKey: .value)
    }
}

extension ValueView: Codable {
    private enum CodingKeys: String, CodingKey {
        case witnesses
    }

    public func encode(to encoder: any Encoder) throws {
        try content.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(witnesses, forKey: .witnesses)
    }

    public init(from decoder: any Decoder) throws {
        content = try Content(from: decoder)
        witnesses = try decoder.container(keyedBy: CodingKeys.self)
            .decode([Witness].self, forKey: .witnesses)
    }
}
