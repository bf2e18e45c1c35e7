internal import Crypto
internal import EventLoops

/// Makes an installed model from downloads that are whole. Blocks; the lock of the model must be held.
struct ModelInstaller {
    let store: ModelStore
    let model: KnownModel

    /// - Parameter onBytes: called with the bytes of an archive that were read and are to be read; what it throws ends
    ///   the work, and the downloads stay.
    func install(onBytes: (_ done: Int64, _ total: Int64) throws -> Void) throws -> InstalledModel {
        var staging = try Staging(store, name: model.name)
        do {
            if let archive = model.downloads.first(where: \.isArchive) {
                try unpack(archive, into: &staging, onBytes: onBytes)
            } else {
                try adoptDownloads(into: &staging)
            }
            let installed = try staging.commit(record(of: staging))
            try Disk.remove(store.downloads(of: model.name))
            return installed
        } catch {
            try giveBackDownloads(from: staging)
            try staging.discard()
            throw error
        }
    }

    /// What was fetched stays for another try, whatever stopped this one.
    private func giveBackDownloads(from staging: Staging) throws {
        for download in model.downloads where !download.isArchive {
            let file = "\(staging.path)/\(download.fileName)"
            if Disk.exists(file) { try Disk.rename(file, to: store.part(of: download, model)) }
        }
    }

    private func adoptDownloads(into staging: inout Staging) throws {
        guard let detected = KindDetection.detect(model.downloads.map(\.fileName), as: model.kind) else {
            throw ModelError.unknownKind
        }
        let roles = Dictionary(uniqueKeysWithValues: detected.files.map { ($0.value, $0.key) })
        for download in model.downloads {
            // Linked by another name would do too, but a link count above one says "in use elsewhere" to backup tools.
            try staging.adopt(
                store.part(of: download, model), as: download.fileName, role: roles[download.fileName],
                digest: download.sha256)
        }
    }

    private func unpack(
        _ archive: KnownModel.Download, into staging: inout Staging, onBytes: (Int64, Int64) throws -> Void
    ) throws {
        let folder = "\(staging.path)/.unpacked"
        try Disk.makeFolder(folder)
        var done: Int64 = 0
        let files = try ArchiveExtractor(folder: folder).extract(store.part(of: archive, model)) { count in
            done += Int64(count)
            try onBytes(done, archive.bytes)
        }
        let digests = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.digest) })
        guard let detected = KindDetection.detect(files.map(\.path), as: model.kind) else {
            throw ModelError.unknownKind
        }
        for (path, role) in ImportCandidate.selection(from: files.map(\.path), for: detected) {
            guard let digest = digests[path] else { continue }
            let name = ImportCandidate.baseName(of: path)
            if let known = model.innerHashes[name], known != digest { throw ModelError.wrongHash }
            try staging.adopt("\(folder)/\(path)", as: name, role: role, digest: digest)
        }
        try Disk.remove(folder)
    }

    private func record(of staging: Staging) -> ModelRecord {
        ModelRecord(
            name: model.name, kind: model.kind, languages: model.languages, ramBytes: model.ramBytes,
            licence: model.licence.name, attribution: model.licence.attribution,
            isRestricted: model.licence.isRestrictive, source: model.sourceMark, files: staging.files)
    }
}
