internal import Crypto
internal import FoundationEssentials
internal import Glibc

/// Writes a tar archive with a manifest; it gets its name when it is whole and on the disk. Its calls block, and it
/// has one owner at a time.
public final class ArchiveWriter {
    static let manifestName = "manifest.json"
    static let sealName = "manifest.sha256"
    static let pieceBytes = 1 << 20

    private let path: String
    private let draft: String
    private let file: ArchiveFile
    private var parts: [ArchiveManifest.Part] = []
    private var isFinished = false

    /// - Parameter path: the archive's name; a file that lies there is replaced at the end. What an earlier writer
    ///   that was killed left beside it goes.
    public init(path: String) throws(ArchiveError) {
        self.path = path
        draft = path + ".new"
        unlink(draft)
        file = try ArchiveFile.creating(draft)
    }

    deinit { if !isFinished { unlink(draft) } }

    /// Adds the file as long as it is now; what is appended to it meanwhile is left out.
    /// - Throws: `ArchiveError`; `.cutShort` when it becomes shorter meanwhile.
    public func add(_ name: String, file source: String) throws(ArchiveError) {
        let opened = try ArchiveFile.reading(source)
        var left = try opened.length()
        try add(name, bytes: left) { () throws(ArchiveError) -> [UInt8]? in
            guard left > 0 else { return nil }
            let piece = try opened.read(Int(min(left, Int64(Self.pieceBytes))))
            guard !piece.isEmpty else { throw .cutShort }
            left -= Int64(piece.count)
            return piece
        }
    }

    /// Adds bytes.
    public func add(_ name: String, _ bytes: [UInt8]) throws(ArchiveError) {
        var rest: [UInt8]? = bytes
        try add(name, bytes: Int64(bytes.count)) { () throws(ArchiveError) -> [UInt8]? in
            defer { rest = nil }
            return rest
        }
    }

    private func add(_ name: String, bytes: Int64, _ next: () throws(ArchiveError) -> [UInt8]?) throws(ArchiveError) {
        guard TarHeader.isSafe(name), !parts.contains(where: { $0.name == name }) else {
            throw .damaged("a name is not allowed")
        }
        let header = TarHeader(name: name, bytes: bytes)
        try file.write(header.encoded())
        let hash = try hash()
        while let piece = try next() {
            try update(hash, piece)
            try file.write(piece)
        }
        try file.write([UInt8](repeating: 0, count: header.padding))
        parts.append(.init(name: name, bytes: bytes, sha256: try digest(hash)))
    }

    /// Writes the manifest, synchronises everything and gives the archive its name.
    /// - Returns: the archive's bytes.
    @discardableResult
    public func finish(about: [String: String]) throws(ArchiveError) -> Int64 {
        let manifest = ArchiveManifest(format: ArchiveManifest.currentFormat, about: about, parts: parts)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(manifest) else { throw .damaged("its manifest cannot be written") }
        let bytes = Array(json)
        try add(Self.manifestName, bytes)
        let seal = try hash()
        try update(seal, bytes)
        try add(Self.sealName, Array((try digest(seal) + "\n").utf8))
        try file.write([UInt8](repeating: 0, count: 2 * TarHeader.byteCount))
        try file.synchronise()
        let length = try file.length()
        guard rename(draft, path) == 0 else { throw ArchiveFile.failure("naming the archive") }
        isFinished = true
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        try ArchiveFile.synchroniseFolder(folder.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : folder)
        return length
    }

    private func hash() throws(ArchiveError) -> SHA256 {
        do { return try SHA256() } catch { throw .damaged("SHA-256 is not to be had: \(error)") }
    }

    private func update(_ hash: SHA256, _ bytes: [UInt8]) throws(ArchiveError) {
        do { try hash.update(bytes) } catch { throw .damaged("SHA-256 is not to be had: \(error)") }
    }

    private func digest(_ hash: SHA256) throws(ArchiveError) -> String {
        do { return try hash.finish().hex } catch { throw .damaged("SHA-256 is not to be had: \(error)") }
    }
}
