import CZip

/// A zip archive in memory, read part by part; nothing of it ever lies on a disk.
final class Archive {
    private let bytes: UnsafeMutableRawBufferPointer
    private let archive: OpaquePointer
    private var bytesRead = 0

    init(_ source: [UInt8]) throws(FileRefusal) {
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, source.count), alignment: 1)
        bytes.copyBytes(from: source)
        guard let opened = Self.open(bytes.baseAddress, source.count) else {
            bytes.deallocate()
            throw .notAWorkbook
        }
        (self.bytes, archive) = (bytes, opened)
        try checkNames()
    }

    deinit {
        zip_discard(archive)
        bytes.deallocate()
    }

    private static func open(_ start: UnsafeMutableRawPointer?, _ count: Int) -> OpaquePointer? {
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard let source = zip_source_buffer_create(start, zip_uint64_t(count), 0, &error) else {
            return nil
        }
        guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
            zip_source_free(source)
            return nil
        }
        return archive
    }

    /// Two parts of one name would be read one way here, and another way by whoever made the list.
    private func checkNames() throws(FileRefusal) {
        let count = zip_get_num_entries(archive, 0)
        guard count <= WorkbookLimits.partsMax else { throw .tooManyParts }
        var seen: Set<String> = []
        for index in 0..<zip_uint64_t(max(0, count)) {
            guard let name = zip_get_name(archive, index, 0).map({ String(cString: $0) }),
                Self.isWithin(name), seen.insert(name).inserted
            else { throw .badPartName }
        }
    }

    private static func isWithin(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/") && !name.contains("\\") && !name.contains(":")
            && !name.split(separator: "/").contains("..")
    }

    /// Of all its parts.
    var names: [String] {
        (0..<zip_uint64_t(max(0, zip_get_num_entries(archive, 0)))).compactMap { index in
            zip_get_name(archive, index, 0).map { String(cString: $0) }
        }
    }

    func has(_ name: String) -> Bool { zip_name_locate(archive, name, 0) >= 0 }

    /// Hands on a part piece by piece, counting what comes out rather than believing what the archive says of it.
    func read(
        _ name: String, _ take: (UnsafeRawBufferPointer) throws(FileRefusal) -> Void
    ) throws(FileRefusal) {
        let index = zip_name_locate(archive, name, 0)
        guard index >= 0 else { throw .missing(part: name) }
        var facts = zip_stat_t()
        zip_stat_init(&facts)
        guard zip_stat_index(archive, zip_uint64_t(index), 0, &facts) == 0 else {
            throw .damaged(part: name)
        }
        guard facts.encryption_method == ZIP_EM_NONE else { throw .oldOrLocked }
        // Deflated or as it is: programs that write workbooks know no other way.
        guard facts.comp_method == ZIP_CM_DEFLATE || facts.comp_method == ZIP_CM_STORE,
            let file = zip_fopen_index(archive, zip_uint64_t(index), 0)
        else { throw .damaged(part: name) }
        defer { zip_fclose(file) }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
        defer { piece.deallocate() }
        var count = 0
        while true {
            let read = zip_fread(file, piece.baseAddress, zip_uint64_t(piece.count))
            guard read >= 0 else { throw .damaged(part: name) }
            if read == 0 { return }
            count += Int(read)
            bytesRead += Int(read)
            guard bytesRead <= WorkbookLimits.bytesMax else { throw .tooLarge(part: name) }
            guard
                count <= WorkbookLimits.innocentBytes
                    || count / WorkbookLimits.ratioMax <= Int(clamping: facts.comp_size)
            else { throw .bomb(part: name) }
            try take(UnsafeRawBufferPointer(rebasing: piece[..<Int(read)]))
        }
    }
}
