extension Change {
    /// The forms of a stored change: as it was written, and without its values.
    private static let wholeForm: UInt8 = 0
    private static let erasedForm: UInt8 = 1

    /// The form in which a change lies on disk: form, header with local dots, then the bodies.
    public func stored() -> [UInt8] {
        var writer = ByteWriter(reserving: bodies.count + 24 + writes.count * 4)
        writer.u8(isErased ? Self.erasedForm : Self.wholeForm)
        writer.varint(kind)
        writer.varint(record.rawValue)
        if let erased { writer.byteString(erased) }
        writer.varint(operatorDot?.rawValue ?? 0)
        writer.varint(recordedAt)
        writer.byteString(extras)
        writer.varint(writes.count)
        for index in writes.indices {
            writer.varint(UInt64(writes[index].field.rawValue))
            writer.varint(writes[index].names.count)
            if !writes[index].names.isEmpty {
                for name in writes[index].names { writer.varint(name.rawValue) }
            }
            writer.varint(writes[index].body.count)
        }
        writer.raw(bodies)
        return writer.bytes
    }

    /// Of which record a stored change is.
    public static func record(ofStored bytes: [UInt8]) throws(FormatError) -> Dot {
        var reader = ByteReader(bytes)
        return try start(of: &reader).record
    }

    /// The key under which a stored change lies: its record's, unless it is applied to none.
    ///
    /// What says nothing of a record outlives the record's erasure.
    public static func keyName(ofStored bytes: [UInt8]) throws(FormatError) -> KeyName {
        var reader = ByteReader(bytes)
        let (isErased, _, record) = try start(of: &reader)
        if isErased { _ = try reader.byteStringRange("commitments") }
        _ = try reader.varint("operator")
        _ = try reader.varint("recorded at")
        _ = try reader.byteStringRange("extras")
        return try reader.varint("writes") == 0 ? .register : .record(record)
    }

    private static func start(
        of reader: inout ByteReader
    ) throws(FormatError) -> (isErased: Bool, kind: UInt64, record: Dot) {
        let form = try reader.u8("form")
        guard form == wholeForm || form == erasedForm else {
            throw FormatError(.unknownVersion, "stored change")
        }
        let kind = try reader.varint("kind")
        guard let record = Dot(rawValue: try reader.varint("record")) else {
            throw FormatError(.badReference, "record")
        }
        return (form == erasedForm, kind, record)
    }

    public init(dot: Dot, stored bytes: [UInt8]) throws(FormatError) {
        var reader = ByteReader(bytes)
        let (isErased, kind, record) = try Self.start(of: &reader)
        let erased = isErased ? try reader.byteString("commitments") : nil
        self.init(
            dot: dot, kind: kind, record: record,
            operatorDot: Dot(rawValue: try reader.varint("operator")),
            recordedAt: try reader.varint("recorded at"), erased: erased)
        extras = try reader.byteString("extras")
        let writeCount = try reader.count("writes", bytesEach: 3)
        writes.reserveCapacity(writeCount)
        var start = 0
        for _ in 0..<writeCount {
            let field = FieldNumber(UInt32(truncatingIfNeeded: try reader.varint("field")))
            var names: [Dot] = []
            let nameCount = try reader.count("names")
            for _ in 0..<nameCount {
                guard let name = Dot(rawValue: try reader.varint("name")) else {
                    throw FormatError(.badReference, "name")
                }
                names.append(name)
            }
            let length = Int(truncatingIfNeeded: try reader.varint("body length"))
            guard length >= 0, length <= bytes.count else { throw FormatError(.truncated, "body") }
            writes.append(Write(field: field, names: names, body: start..<(start + length)))
            start += length
        }
        guard reader.bytesLeft == start else { throw FormatError(.truncated, "bodies") }
        bodies = try reader.raw(start, "bodies")
    }
}
