import CExpat

/// What reads a part of a workbook, element by element; names come without their prefix.
protocol MarkupReader: AnyObject {
    func start(_ name: String, _ attributes: Attributes) throws(FileRefusal)
    func end(_ name: String) throws(FileRefusal)
    func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(FileRefusal)
}

/// The attributes of an element, while it is being told of.
struct Attributes {
    fileprivate let raw: UnsafeMutablePointer<UnsafePointer<XML_Char>?>?

    /// The value of an attribute by its name without a prefix, or nil.
    subscript(name: String) -> String? {
        guard let raw else { return nil }
        var index = 0
        while let key = raw[index], let value = raw[index + 1] {
            if Markup.isNamed(key, name) { return String(cString: value) }
            index += 2
        }
        return nil
    }
}

/// Reads XML that nobody vouches for: no document type, so no entities and nothing fetched; all is counted.
final class Markup {
    private let part: String
    private let reader: any MarkupReader
    private let parser: XML_Parser
    private var failure: FileRefusal?
    private var depth = 0
    private var elements = 0
    private var bytesGiven = 0

    private init(_ part: String, _ reader: any MarkupReader) throws(FileRefusal) {
        guard let parser = XML_ParserCreate("UTF-8") else { throw .badMarkup(part: part) }
        (self.part, self.reader, self.parser) = (part, reader, parser)
    }

    deinit { XML_ParserFree(parser) }

    static func read(
        _ part: String, of archive: Archive, _ reader: some MarkupReader
    ) throws(FileRefusal) {
        let markup = try Markup(part, reader)
        markup.listen()
        try archive.read(part) { piece throws(FileRefusal) in try markup.take(piece) }
        try markup.finish()
    }

    /// Whether a name is this one, with any prefix or none.
    static func isNamed(_ key: UnsafePointer<XML_Char>, _ name: String) -> Bool {
        String(local(key)) == name
    }

    private static func local(_ name: UnsafePointer<XML_Char>) -> Substring {
        let whole = String(cString: name)
        guard let colon = whole.lastIndex(of: ":") else { return whole[...] }
        return whole[whole.index(after: colon)...]
    }

    private func listen() {
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(
            parser,
            { data, name, attributes in
                guard let name else { return }
                Markup.of(data).handle { markup throws(FileRefusal) in
                    try markup.start(String(Markup.local(name)), Attributes(raw: attributes))
                }
            },
            { data, name in
                guard let name else { return }
                Markup.of(data).handle { markup throws(FileRefusal) in
                    markup.depth -= 1
                    try markup.reader.end(String(Markup.local(name)))
                }
            })
        XML_SetCharacterDataHandler(parser) { data, start, count in
            guard let start else { return }
            start.withMemoryRebound(to: UInt8.self, capacity: Int(count)) { bytes in
                Markup.of(data).handle { markup throws(FileRefusal) in
                    try markup.reader.text(UnsafeBufferPointer(start: bytes, count: Int(count)))
                }
            }
        }
        XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in
            Markup.of(data).handle { markup throws(FileRefusal) in
                throw .documentType(part: markup.part)
            }
        }
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> Markup {
        guard let data else { preconditionFailure("a parser without its reader") }
        return Unmanaged<Markup>.fromOpaque(data).takeUnretainedValue()
    }

    private func handle(_ body: (Markup) throws(FileRefusal) -> Void) {
        // A parser that was told to stop may still tell of an element's end.
        guard failure == nil else { return }
        do throws(FileRefusal) {
            try body(self)
        } catch {
            failure = error
            XML_StopParser(parser, XML_Bool(XML_FALSE))
        }
    }

    private func start(_ name: String, _ attributes: Attributes) throws(FileRefusal) {
        depth += 1
        elements += 1
        guard depth <= WorkbookLimits.depthMax else { throw .badMarkup(part: part) }
        guard elements <= WorkbookLimits.elementsMax else { throw .tooManyCells }
        try reader.start(name, attributes)
    }

    private func take(_ piece: UnsafeRawBufferPointer) throws(FileRefusal) {
        let text = piece.bindMemory(to: CChar.self)
        let status = XML_Parse(parser, text.baseAddress, Int32(text.count), 0)
        bytesGiven += piece.count
        try judge(status)
        // A tag that does not end is looked at anew with every piece: some versions take the square of its length for it.
        guard bytesGiven - Int(XML_GetCurrentByteIndex(parser)) <= WorkbookLimits.tagBytesMax else {
            throw .badMarkup(part: part)
        }
    }

    private func finish() throws(FileRefusal) {
        try judge(XML_Parse(parser, nil, 0, 1))
    }

    private func judge(_ status: XML_Status) throws(FileRefusal) {
        if let failure { throw failure }
        guard status == XML_STATUS_OK else { throw .badMarkup(part: part) }
    }
}
