internal import Crypto
internal import EventLoops
internal import Glibc

/// A folder beside the models in which one is put together; it becomes the model's folder in one step, or goes.
///
/// The lock of the model must be held as long as this exists.
struct Staging {
    let store: ModelStore
    let name: String
    private(set) var files: [ModelRecord.File] = []

    var path: String { store.staging(of: name) }

    init(_ store: ModelStore, name: String) throws {
        self.store = store
        self.name = name
        try Disk.makeFolders(store.folder)
        try Disk.remove(store.staging(of: name))
        try Disk.makeFolder(store.staging(of: name))
    }

    /// Moves a file of the same file system here; its bytes are durable already.
    mutating func adopt(_ source: String, as file: String, role: FileRole?, digest: SHA256Digest) throws {
        let place = try place(for: file)
        try Disk.rename(source, to: place)
        add(file, role: role, digest: digest, stamp: try FileStamp(of: place))
    }

    /// Copies a file from anywhere, hashing it on the way. Links are followed: they are the operator's own.
    mutating func copy(_ source: String, as file: String, role: FileRole?) throws {
        // Without O_NONBLOCK the opening of a pipe would wait for somebody to write.
        let input = try Disk.open(source, O_RDONLY | O_NONBLOCK, followingLinks: true)
        guard try Disk.isRegularFile(input.number) else { throw ModelError.unknownKind }
        let output = try Disk.open(try place(for: file), O_WRONLY | O_CREAT | O_EXCL)
        let hash = try SHA256()
        try Disk.read(input.number) { bytes in
            try hash.update(bytes)
            try Disk.write(bytes, to: output.number)
        }
        try Disk.sync(output.number)
        add(file, role: role, digest: try hash.finish(), stamp: try FileStamp(of: output.number))
    }

    /// Makes the folder the model, in the place of the one before.
    func commit(_ record: ModelRecord) throws -> InstalledModel {
        try Disk.replace("\(path)/\(ModelRecord.fileName)", with: try record.encoded())
        try Disk.syncFolder(path)
        let target = store.path(of: name)
        if Disk.exists(target) { try Disk.rename(target, to: store.replaced(of: name)) }
        try Disk.rename(path, to: target)
        try Disk.syncFolder(store.folder)
        try Disk.remove(store.replaced(of: name))
        return try InstalledModel(record, folder: target)
    }

    func discard() throws { try Disk.remove(path) }

    private func place(for file: String) throws -> String {
        guard ModelName.isFileName(file), file != ModelRecord.fileName,
            !files.contains(where: { $0.path == file })
        else { throw ModelError.unknownKind }
        return "\(path)/\(file)"
    }

    private mutating func add(_ file: String, role: FileRole?, digest: SHA256Digest, stamp: FileStamp) {
        files.append(ModelRecord.File(role: role, path: file, bytes: stamp.size, sha256: digest.hex, stamp: stamp))
    }
}
