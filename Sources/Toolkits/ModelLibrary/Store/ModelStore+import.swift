internal import Crypto
internal import Glibc

extension ModelStore {
    /// Copies a model from a file or folder of the operator's, for machines that reach no download server.
    ///
    /// The kind is told from the files' names. Hashes are recorded as found: they say later that the files are still
    /// these, not that these are anybody's model. A file that the catalogue knows by its hash gets its name, languages
    /// and licence from there.
    ///
    /// - Parameters:
    ///   - source: a folder with the model's files, or the one file of a model that has no more.
    ///   - name: the name to give; `nil` takes the catalogue's or makes one from the source's.
    ///   - languages: codes as the model takes them, for kinds where they cannot be known.
    /// - Throws: `ModelError`: `unknownKind`, `invalidName`, `alreadyInstalled`, `busy`, `diskFull`.
    public func importModel(
        from source: String, name: String? = nil, languages: [String] = [], catalogue: ModelCatalogue = .standard
    ) throws(ModelError) -> InstalledModel {
        let candidate = try withDisk { try ImportCandidate(source) }
        guard let detected = KindDetection.detect(candidate.paths) else { throw .unknownKind }
        let known = try knownModel(candidate, detected, catalogue)
        guard let name = name ?? known?.name ?? ModelName.made(from: candidate.baseName) else { throw .invalidName }
        try ModelName.check(name)
        let lock = try lock(name)
        defer { _ = lock }
        guard !Disk.exists(path(of: name)) else { throw .alreadyInstalled(name) }

        var staging = try withDisk { try Staging(self, name: name) }
        do throws(ModelError) {
            return try withDisk {
                for (file, role) in candidate.selection(for: detected) {
                    try staging.copy(candidate.absolute(file), as: ImportCandidate.baseName(of: file), role: role)
                }
                let record = record(of: staging, name: name, detected.kind, known: known, languages: languages)
                return try staging.commit(record)
            }
        } catch {
            try withDisk { try staging.discard() }
            throw error
        }
    }

    private func knownModel(
        _ candidate: ImportCandidate, _ detected: KindDetection, _ catalogue: ModelCatalogue
    ) throws(ModelError) -> KnownModel? {
        guard detected.kind.roles == [.model], let file = detected.files[.model] else { return nil }
        return try withDisk {
            let path = candidate.absolute(file)
            if detected.kind == .whisperGGML, try !candidate.beginsAsGGML(path) { throw ModelError.unknownKind }
            return catalogue.model(ofFile: try Disk.digest(of: path, followingLinks: true).digest.hex)
        }
    }

    private func record(
        of staging: Staging, name: String, _ kind: ModelKind, known: KnownModel?, languages: [String]
    ) -> ModelRecord {
        let bytes = staging.files.reduce(0) { $0 + $1.bytes }
        let usual = kind == .senseVoice ? ["zh", "yue", "ja", "ko", "en"] : kind.isWhisper ? Languages.whisper : []
        let isEnglishOnly = kind.isWhisper && name.contains(".en")
        return ModelRecord(
            name: name, kind: kind,
            languages: !languages.isEmpty ? languages : known?.languages ?? (isEnglishOnly ? ["en"] : usual),
            // Weights stay as they are in memory; the rest is what the engines themselves need.
            ramBytes: known?.ramBytes ?? bytes + 128 << 20, licence: known?.licence.name ?? "not stated",
            attribution: known?.licence.attribution, isRestricted: known?.licence.isRestrictive ?? false,
            source: "import", files: staging.files)
    }
}

extension ModelKind {
    fileprivate var isWhisper: Bool { self == .whisperGGML || self == .whisperONNX }
}
