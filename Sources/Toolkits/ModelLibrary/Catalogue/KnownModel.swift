public import Crypto

/// A model that can be pulled by its name: where from, and how to know that it is the right one.
public struct KnownModel: Sendable, Hashable {
    /// One file to fetch.
    public struct Download: Sendable, Hashable {
        public var url: String
        public var bytes: Int64
        public var sha256: SHA256Digest
        /// How many independent places state this hash; with one alone it is unconfirmed.
        public var hashSources: Int

        public init(url: String, bytes: Int64, sha256: SHA256Digest, hashSources: Int) {
            self.url = url
            self.bytes = bytes
            self.sha256 = sha256
            self.hashSources = hashSources
        }

        /// The last part of the URL.
        public var fileName: String { String(url.split(separator: "/").last ?? "") }
        public var isHashConfirmed: Bool { hashSources > 1 }
        var isArchive: Bool { fileName.hasSuffix(".tar.bz2") }
    }

    /// What the model may be used for.
    public struct Licence: Sendable, Hashable {
        public var name: String
        /// Where its text is.
        public var url: String
        /// Whether it restricts use beyond attribution: such a model is pulled only when the licence is accepted, and
        /// is never chosen by itself.
        public var isRestrictive: Bool
        /// Whom to name when the model or its results are passed on, when the licence asks for it.
        public var attribution: String?

        public init(name: String, url: String, isRestrictive: Bool = false, attribution: String? = nil) {
            self.name = name
            self.url = url
            self.isRestrictive = isRestrictive
            self.attribution = attribution
        }
    }

    /// The name users type.
    public var name: String
    /// One sentence: what it is good for.
    public var summary: String
    public var kind: ModelKind
    /// Language codes as the model takes them; empty for models that do not depend on a language.
    public var languages: [String]
    /// Memory that an engine with this model takes, in bytes.
    public var ramBytes: Int64
    public var licence: Licence
    public var downloads: [Download]
    /// Hashes of files inside an archive, by file name, where they are known.
    public var innerHashes: [String: SHA256Digest]
    /// Bytes on the disk once installed, with what unpacking takes meanwhile.
    public var diskBytes: Int64

    public init(
        name: String, summary: String, kind: ModelKind, languages: [String], ramBytes: Int64, licence: Licence,
        downloads: [Download], innerHashes: [String: SHA256Digest] = [:], diskBytes: Int64? = nil
    ) {
        self.name = name
        self.summary = summary
        self.kind = kind
        self.languages = languages
        self.ramBytes = ramBytes
        self.licence = licence
        self.downloads = downloads
        self.innerHashes = innerHashes
        self.diskBytes = diskBytes ?? downloads.reduce(0) { $0 + $1.bytes }
    }

    /// Bytes to fetch.
    public var downloadBytes: Int64 { downloads.reduce(0) { $0 + $1.bytes } }
    /// Whether every hash is stated by more than one independent place.
    public var isHashConfirmed: Bool { downloads.allSatisfy(\.isHashConfirmed) }
}
