internal import Crypto
internal import FoundationEssentials
internal import Glibc

/// Reads archives that `ArchiveWriter` wrote, believing nothing. Its calls block.
public struct ArchiveReader {
    /// A manifest names at most so many files.
    private static let largestManifest: Int64 = 256 << 20

    private let path: String

    public init(path: String) { self.path = path }

    /// Reads the whole archive and compares every part with the manifest; nothing is written.
    /// - Throws: `ArchiveError`.
    public func verify() throws -> ArchiveManifest {
        var found: [ArchiveManifest.Part] = []
        var small: [String: [UInt8]] = [:]
        try walk { header, next in
            let keeps = header.name == ArchiveWriter.manifestName || header.name == ArchiveWriter.sealName
            if keeps, header.bytes > Self.largestManifest { throw ArchiveError.damaged("its manifest is too large") }
            var kept: [UInt8] = []
            let sha256 = try Self.digest(next) { if keeps { kept += $0 } }
            if keeps {
                guard small.updateValue(kept, forKey: header.name) == nil else {
                    throw ArchiveError.damaged("it has two manifests")
                }
            } else {
                guard small.isEmpty else { throw ArchiveError.damaged("parts lie behind the manifest") }
                found.append(.init(name: header.name, bytes: header.bytes, sha256: sha256))
            }
        }
        guard let json = small[ArchiveWriter.manifestName], let seal = small[ArchiveWriter.sealName] else {
            throw ArchiveError.cutShort
        }
        guard Array((try SHA256.digest(of: json).hex + "\n").utf8) == seal else {
            throw ArchiveError.damaged("its manifest was changed")
        }
        // The number first: a later form may say the rest in another way.
        struct Form: Decodable { let format: Int }
        guard let form = try? JSONDecoder().decode(Form.self, from: Data(json)) else {
            throw ArchiveError.damaged("its manifest cannot be read")
        }
        guard form.format <= ArchiveManifest.currentFormat else { throw ArchiveError.newer(format: form.format) }
        guard let manifest = try? JSONDecoder().decode(ArchiveManifest.self, from: Data(json)) else {
            throw ArchiveError.damaged("its manifest cannot be read")
        }
        guard manifest.parts == found, Set(found.map(\.name)).count == found.count else {
            throw ArchiveError.damaged("a part is not what the manifest says")
        }
        return manifest
    }

    /// Writes every part below a folder that is there, and synchronises each.
    /// - Parameter manifest: what `verify` returned; the archive is compared with it once more.
    public func extract(_ manifest: ArchiveManifest, into folder: String) throws {
        var rest = manifest.parts[...]
        var folders: Set<String> = [folder]
        try walk { header, next in
            guard let part = rest.popFirst() else {
                _ = try Self.digest(next) { _ in }
                return
            }
            guard header.name == part.name, header.bytes == part.bytes else {
                throw ArchiveError.damaged("it was changed while it was read")
            }
            let target = "\(folder)/\(part.name)"
            let parent = target.split(separator: "/", omittingEmptySubsequences: false).dropLast()
                .joined(separator: "/")
            if folders.insert(parent).inserted {
                try FileManager.default.createDirectory(
                    atPath: parent, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
            let file = try ArchiveFile.creating(target)
            let sha256 = try Self.digest(next) { try file.write($0) }
            guard sha256 == part.sha256 else { throw ArchiveError.damaged("it was changed while it was read") }
            try file.synchronise()
        }
        guard rest.isEmpty else { throw ArchiveError.cutShort }
        for folder in folders { try ArchiveFile.synchroniseFolder(folder) }
    }

    private typealias Next = () throws(ArchiveError) -> [UInt8]?

    /// Calls `visit` with each part and what gives its next piece, which is to be asked until there is none.
    private func walk(_ visit: (TarHeader, Next) throws -> Void) throws {
        let file = try ArchiveFile.reading(path)
        while let header = try TarHeader(try file.read(TarHeader.byteCount)) {
            var left = header.bytes
            try visit(header) { () throws(ArchiveError) -> [UInt8]? in
                guard left > 0 else { return nil }
                let piece = try file.read(Int(min(left, Int64(ArchiveWriter.pieceBytes))))
                guard !piece.isEmpty else { throw .cutShort }
                left -= Int64(piece.count)
                return piece
            }
            guard try file.read(header.padding).count == header.padding else { throw ArchiveError.cutShort }
        }
    }

    private static func digest(_ next: Next, _ take: ([UInt8]) throws -> Void) throws -> String {
        let hash = try SHA256()
        while let piece = try next() {
            try hash.update(piece)
            try take(piece)
        }
        return try hash.finish().hex
    }
}
