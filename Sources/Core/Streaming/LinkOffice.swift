/// Publishes files, and judges the links that come back.
public struct LinkOffice: Sendable {
    /// What links begin with, without a slash at the end.
    public let base: String
    public let store: any LinkStore
    private let signer: any LinkSigner
    /// Seconds since 1970.
    private let now: @Sendable () -> Double

    public init(
        base: String, store: any LinkStore, signer: any LinkSigner, now: @escaping @Sendable () -> Double
    ) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.store = store
        self.signer = signer
        self.now = now
    }

    // MARK: - Out

    /// The addresses of a published file; `nil` when it cannot be signed, because the key is gone.
    public func addresses(of record: LinkRecord) -> LinkAddresses? {
        guard let stream = path(.stream, record), let download = path(.download, record),
            let watch = path(.watch, record)
        else { return nil }
        return LinkAddresses(stream: base + stream, download: base + download, watch: base + watch)
    }

    /// The path of one of them.
    public func path(_ method: LinkMethod, _ record: LinkRecord) -> String? {
        guard let link = CapabilityLink(record, method, signer)?.text else { return nil }
        switch method {
        case .stream: return "/stream/\(link)/\(FileNames.pathSegment(record.file.name))"
        case .download: return "/dl/\(link)/\(FileNames.pathSegment(record.file.name))"
        case .watch: return "/watch/\(link)"
        }
    }

    // MARK: - In

    public enum Refusal: Error, Sendable, Hashable {
        /// Not one of ours, or changed on its way, or for something else.
        case forged
        case expired
        case revoked
    }

    /// What a link leads to.
    /// - Throws: `Refusal`, `LinkStoreError`.
    public func record(for text: String, _ method: LinkMethod) async throws -> LinkRecord {
        guard let link = CapabilityLink(text), link.method == method else { throw Refusal.forged }
        guard let record = try await store.record(link.id), link.isSigned(for: record, signer) else {
            throw Refusal.forged
        }
        if record.isRevoked { throw Refusal.revoked }
        if link.expiry != 0, Double(link.expiry) <= now() { throw Refusal.expired }
        return record
    }
}

public struct LinkAddresses: Sendable, Hashable {
    public var stream: String
    public var download: String
    public var watch: String

    public init(stream: String, download: String, watch: String) {
        self.stream = stream
        self.download = download
        self.watch = watch
    }
}
