import FoundationEssentials
public import Jobs

/// Finds a transcript again: a digest of the media's digest and of everything that shapes the text.
public struct CacheKeys: Sendable {
    /// SHA-256 in hexadecimal.
    public typealias Digest = @Sendable ([UInt8]) -> String

    private struct Material: Encodable {
        let media: String
        let order: TranscriptionOrder
    }

    private let digest: Digest

    public init(digest: @escaping Digest) {
        self.digest = digest
    }

    public func key(media: String, _ order: TranscriptionOrder) -> String {
        digest(Self.canonical(Material(media: media, order: order.withoutWarnings)))
    }

    /// What a request asked for, to tell the same request sent again from another one.
    public func requestDigest(media: String, _ order: TranscriptionOrder, name: String) -> String {
        digest(Self.canonical(Material(media: media + "\n" + name, order: order.withoutWarnings)))
    }

    private static func canonical(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and finite numbers only: this cannot fail.
        return [UInt8]((try? encoder.encode(value)) ?? Data())
    }
}

extension TranscriptionOrder {
    /// How a choice was explained changes no text.
    fileprivate var withoutWarnings: TranscriptionOrder {
        var copy = self
        copy.warnings = []
        return copy
    }
}
