internal import Crypto
public import EventLoops

/// Fetches known models into a models folder.
public struct ModelPuller: Sendable {
    private let store: ModelStore
    private let source: any ByteSource
    private let pool: BlockingPool
    private let mirror: String?
    private let pause: @Sendable (Duration) async throws -> Void

    /// - Parameters:
    ///   - pool: runs what blocks: files, hashes, unpacking.
    ///   - mirror: a base URL that has the files of the catalogue as `<mirror>/<model>/<file>`; `nil` fetches from
    ///     their publishers. Hashes hold either way.
    ///   - pause: waits before another attempt.
    public init(
        store: ModelStore, source: any ByteSource, pool: BlockingPool, mirror: String? = nil,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.store = store
        self.source = source
        self.pool = pool
        self.mirror = mirror
        self.pause = pause
    }

    /// Downloads, checks and installs a model; a model that is there and whole is returned at once.
    ///
    /// Cancelling keeps what has arrived; the next pull goes on from there.
    ///
    /// - Parameters:
    ///   - acceptingLicence: whether the user has accepted a restrictive licence.
    ///   - progress: called often, on any thread.
    /// - Throws: `ModelError`, or `CancellationError`.
    public func pull(
        _ model: KnownModel, acceptingLicence: Bool = false,
        progress: @escaping @Sendable (PullProgress) -> Void = { _ in }
    ) async throws -> InstalledModel {
        try ModelName.check(model.name)
        guard acceptingLicence || !model.licence.isRestrictive else {
            throw ModelError.licenceNotAccepted(model.licence)
        }
        let store = store
        let lock = try await pool.run { try store.lock(model.name) }
        // Held until the model is there or the error is out.
        defer { withExtendedLifetime(lock) {} }
        if let installed = try await pool.run({ try intact(model, in: store) }) { return installed }
        do {
            try await fetch(model, progress: progress)
            return try await install(model, progress: progress)
        } catch let error as SystemCallError {
            throw ModelError.system(error, partIsKept: true)
        } catch let error as ArchiveError {
            throw ModelError.badArchive(error)
        }
    }

    private func fetch(_ model: KnownModel, progress: @escaping @Sendable (PullProgress) -> Void) async throws {
        let store = store
        try await pool.run { try prepare(model, in: store) }
        let downloader = Downloader(source: source, pool: pool, pause: pause)
        var before: Int64 = 0
        for download in model.downloads {
            let start = before
            try await downloader.fetch(download, from: url(of: download, model), to: store.part(of: download, model)) {
                progress(PullProgress(step: .downloading, done: start + $0, total: model.downloadBytes))
            }
            before += download.bytes
        }
    }

    private func url(of download: KnownModel.Download, _ model: KnownModel) -> String {
        guard let mirror, !mirror.isEmpty else { return download.url }
        return "\(mirror.hasSuffix("/") ? String(mirror.dropLast()) : mirror)/\(model.name)/\(download.fileName)"
    }

    private func install(
        _ model: KnownModel, progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws -> InstalledModel {
        let store = store
        let flag = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await pool.run {
                try ModelInstaller(store: store, model: model).install { done, total in
                    try flag.check()
                    progress(PullProgress(step: .unpacking, done: done, total: total))
                }
            }
        } onCancel: {
            flag.raise()
        }
    }
}

/// The model if it is installed, from this catalogue entry, and whole; a damaged or older one is to be replaced.
private func intact(_ model: KnownModel, in store: ModelStore) throws -> InstalledModel? {
    do throws(ModelError) {
        guard try store.record(of: model.name).source == model.sourceMark else { return nil }
        return try store.confirmLocked(model.name)
    } catch {
        guard [.notInstalled, .badRecord, .damaged].contains(error.code) else { throw error }
        return nil
    }
}

/// Makes the folders and sees that there is room, so that nobody waits an hour to learn that there is not.
private func prepare(_ model: KnownModel, in store: ModelStore) throws {
    try Disk.makeFolders(store.downloads(of: model.name))
    var present: Int64 = 0
    for download in model.downloads {
        let path = store.part(of: download, model)
        if Disk.exists(path) { present += try FileStamp(of: path).size }
    }
    let needed = model.diskBytes - present
    if try Disk.freeBytes(at: store.folder) < needed {
        throw ModelError.diskFull(needed: needed, partIsKept: present > 0)
    }
}

extension ModelStore {
    /// Where a download grows. The hash is in the name: a new version never goes on from the old one's bytes.
    func part(of download: KnownModel.Download, _ model: KnownModel) -> String {
        "\(downloads(of: model.name))/\(download.fileName).\(download.sha256.hex.prefix(12)).part"
    }
}

extension KnownModel {
    /// What the record of an installed model says about where it came from.
    var sourceMark: String { downloads.map { "\($0.url)#\($0.sha256.hex)" }.joined(separator: " ") }
}
