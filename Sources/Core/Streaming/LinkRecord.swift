/// The random name of a published file.
public struct LinkID: Sendable, Hashable, Codable {
    static let byteCount = 12
    public let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    public static func random(using generator: inout some RandomNumberGenerator) -> LinkID {
        LinkID(bytes: (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// Sixteen letters, digits, `-` and `_`.
    public var text: String { Base64URL.encode(bytes) }

    public init?(_ text: some StringProtocol) {
        guard let bytes = Base64URL.decode(text), bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = LinkID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the name of a link")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A file that was published.
public struct LinkRecord: Sendable, Hashable, Codable {
    public var id: LinkID
    public var file: RemoteFile
    /// Who published it: `telegram:42`.
    public var owner: String
    /// Seconds since 1970.
    public var createdAt: Double
    /// Seconds since 1970; `nil` is never.
    public var expiresAt: Double?
    public var isRevoked: Bool
    /// The batch it came with.
    public var batch: LinkID?

    public init(
        id: LinkID, file: RemoteFile, owner: String, createdAt: Double, expiresAt: Double? = nil, batch: LinkID? = nil
    ) {
        self.id = id
        self.file = file
        self.owner = owner
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        isRevoked = false
        self.batch = batch
    }
}
