internal import Crypto

/// A model in the models folder, complete as far as its record says. Call `ModelStore.confirm` before loading it.
public struct InstalledModel: Sendable, Hashable {
    public let name: String
    public let kind: ModelKind
    /// Language codes as the model takes them; empty when it depends on none or they are not known.
    public let languages: [String]
    /// Absolute paths of the files an engine opens.
    public let files: [FileRole: String]
    /// Memory that an engine with this model takes, in bytes.
    public let ramBytes: Int64
    /// Whether its licence restricts use beyond attribution; such a model is never chosen by itself.
    public let isRestricted: Bool
    public let licence: String
    /// Whom to name, when the licence asks for it.
    public let attribution: String?
    /// One hash for the model as a whole, 64 hexadecimal digits: changes when any file that is loaded does.
    public let sha256: String
    /// Bytes of all its files.
    public let bytes: Int64
    /// The model's own folder.
    public let folder: String

    init(_ record: ModelRecord, folder: String) throws(CryptoError) {
        name = record.name
        kind = record.kind
        languages = record.languages
        ramBytes = record.ramBytes
        isRestricted = record.isRestricted
        licence = record.licence
        attribution = record.attribution
        bytes = record.files.reduce(0) { $0 + $1.bytes }
        self.folder = folder
        let pairs = record.files.compactMap { file in file.role.map { ($0, "\(folder)/\(file.path)") } }
        files = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
        let lines = record.files.map { "\($0.role?.rawValue ?? $0.path) \($0.sha256)\n" }
        // Licences and notes count too: harmless, and then one rule covers weights that have no role.
        sha256 = try SHA256.digest(of: Array(lines.sorted().joined().utf8)).hex
    }
}
