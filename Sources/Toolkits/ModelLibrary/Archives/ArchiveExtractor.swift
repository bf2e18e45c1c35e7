internal import Crypto
internal import EventLoops
internal import Glibc

/// Unpacks a `.tar.bz2` into an empty folder as it is read, hashing every file on the way.
struct ArchiveExtractor {
    struct File: Hashable {
        /// Relative to the folder.
        var path: String
        var digest: SHA256Digest
    }

    let folder: String
    var limits = ArchiveLimits()

    /// - Parameter onBytes: called with the number of compressed bytes just read; what it throws ends the work.
    /// - Throws: `ArchiveError`, `SystemCallError`, or what `onBytes` throws.
    func extract(_ archive: String, onBytes: (Int) throws -> Void) throws -> [File] {
        let input = try Disk.open(archive, O_RDONLY)
        let decoder = try BzipDecoder()
        var reader = TarReader(limits: limits)
        var writer = try Writer(folder: folder)
        try Disk.read(input.number) { bytes in
            try onBytes(bytes.count)
            try decoder.decode(Array(bytes)) { try reader.read($0) { try writer.take($0) } }
        }
        try decoder.finish()
        try reader.finish()
        return writer.files
    }

    private struct Writer: ~Copyable {
        let folder: String
        var files: [File] = []
        private var descriptor: Int32?
        private var path = ""
        private let hash: SHA256

        init(folder: String) throws {
            self.folder = folder
            hash = try SHA256()
        }

        deinit { if let descriptor { close(descriptor) } }

        mutating func take(_ event: TarReader.Event) throws {
            switch event {
            case .folder(let path): try Disk.makeFolders("\(folder)/\(path)")
            case .file(let path, _):
                if let slash = path.lastIndex(of: "/") { try Disk.makeFolders("\(folder)/\(path[..<slash])") }
                // O_EXCL: the reader lets no name come twice, and the folder was empty.
                descriptor = try Disk.open("\(folder)/\(path)", O_WRONLY | O_CREAT | O_EXCL).release()
                self.path = path
            case .data(let bytes):
                guard let descriptor else { throw ArchiveError(.badHeader) }
                try hash.update(bytes)
                try bytes.withUnsafeBytes { try Disk.write($0, to: descriptor) }
            case .endOfFile: try finishFile()
            }
        }

        private mutating func finishFile() throws {
            guard let descriptor else { throw ArchiveError(.badHeader) }
            self.descriptor = nil
            let owned = OwnedDescriptor(taking: descriptor)
            try Disk.sync(owned.number)
            files.append(File(path: path, digest: try hash.finish()))
        }
    }
}
