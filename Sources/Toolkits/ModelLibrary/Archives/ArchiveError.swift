/// What is wrong with an archive, and in which of its entries.
public struct ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: Hashable, Sendable {
        case notCompressed, damagedCompression, truncated, badHeader, badChecksum, badNumber, badExtension
        case unsafePath, link, specialFile, duplicate, tooManyEntries, tooLarge, trailingData
    }

    public let code: Code
    /// Counted from 1; 0 before the first.
    public let entry: Int

    public init(_ code: Code, entry: Int = 0) {
        self.code = code
        self.entry = entry
    }

    public var description: String {
        let problem =
            switch code {
            case .notCompressed: "it is not compressed with bzip2"
            case .damagedCompression: "its compressed data is damaged"
            case .truncated: "it ends too early"
            case .badHeader: "a header is not of the tar formats ustar, pax or GNU"
            case .badChecksum: "the checksum of a header is wrong"
            case .badNumber: "a header holds a number that is none or too large"
            case .badExtension: "an extended header cannot be read"
            case .unsafePath: "a name would lead outside the folder"
            case .link: "it holds a link"
            case .specialFile: "it holds something that is neither file nor folder"
            case .duplicate: "a name occurs twice"
            case .tooManyEntries: "it has too many entries"
            case .tooLarge: "it unpacks to more than is allowed"
            case .trailingData: "there is data behind its end"
            }
        return entry == 0 ? problem : "\(problem) (entry \(entry))"
    }
}

/// How much an archive may hold.
public struct ArchiveLimits: Sendable, Hashable {
    public var entries: Int
    /// Bytes of all files together.
    public var bytes: Int64

    public init(entries: Int = 10_000, bytes: Int64 = 16 << 30) {
        self.entries = entries
        self.bytes = bytes
    }
}
