internal import Glibc

/// What an archive says of itself; its last part but one, so that an archive without it is not whole.
public struct ArchiveManifest: Codable, Equatable, Sendable {
    /// One file of the archive.
    public struct Part: Codable, Equatable, Sendable {
        public let name: String
        public let bytes: Int64
        /// 64 small hexadecimal digits.
        public let sha256: String
    }

    /// The form of archives that this program writes and reads.
    public static let currentFormat = 1

    /// Rises when older programs could misread what is written.
    public let format: Int
    /// What the writer wanted to be known before anything is restored: versions, times, names.
    public let about: [String: String]
    /// Every other part, in the order in which they lie there.
    public let parts: [Part]
}

/// Why an archive cannot be written or read.
public enum ArchiveError: Error, Equatable, CustomStringConvertible {
    /// It ends before its end.
    case cutShort
    /// Something in it is not what was written.
    case damaged(String)
    /// A newer program wrote it.
    case newer(format: Int)
    /// The disk has no room.
    case noRoom
    /// A call of the system failed.
    case system(action: String, code: Int32)

    public var description: String {
        switch self {
        case .cutShort: "the archive ends before its end; take another one"
        case .damaged(let what): "the archive is damaged (\(what)); take another one"
        case .newer(let format):
            "the archive was written by a newer program (format \(format); this one knows "
                + "\(ArchiveManifest.currentFormat)); use that program"
        case .noRoom: "there is not enough room on the disk; free some and try again"
        case .system(let action, let code): "\(action) failed: \(String(cString: Glibc.strerror(code)))"
        }
    }
}
