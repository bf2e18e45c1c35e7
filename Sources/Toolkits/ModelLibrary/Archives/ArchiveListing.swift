/// What a `.tar` or `.tar.bz2` holds, read without writing anything.
public enum ArchiveListing {
    /// One entry: its name, and for files their size.
    public struct Entry: Sendable, Hashable {
        public let path: String
        /// `nil` for a folder.
        public let bytes: Int64?
    }

    /// The entries in their order. Never traps, whatever the bytes.
    ///
    /// - Parameter isCompressed: whether the archive is compressed with bzip2.
    /// - Throws: `ArchiveError`.
    public static func entries(
        of archive: [UInt8], isCompressed: Bool, limits: ArchiveLimits = ArchiveLimits()
    ) throws -> [Entry] {
        var reader = TarReader(limits: limits)
        var entries: [Entry] = []
        func note(_ event: TarReader.Event) {
            switch event {
            case .file(let path, let bytes): entries.append(Entry(path: path, bytes: bytes))
            case .folder(let path): entries.append(Entry(path: path, bytes: nil))
            case .data, .endOfFile: break
            }
        }
        if isCompressed {
            let decoder = try BzipDecoder()
            // The decoder's output is bounded by the reader, which stops at the limit of bytes.
            try decoder.decode(archive) { try reader.read($0, note) }
            try decoder.finish()
        } else {
            try reader.read(archive[...], note)
        }
        try reader.finish()
        return entries
    }
}
