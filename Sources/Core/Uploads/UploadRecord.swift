public import Jobs

/// The name of an upload that arrives in pieces; who knows it may go on with it if it is theirs.
public struct UploadID: Sendable, Hashable, Codable, CustomStringConvertible {
    public let text: String

    /// `nil` for what cannot be the name of one.
    public init?(_ text: some StringProtocol) {
        guard let id = JobID(text) else { return nil }
        self.text = id.text
    }

    public static func random(using generator: inout some RandomNumberGenerator) -> UploadID {
        UploadID(name: JobID.random(using: &generator).text)
    }

    private init(name: String) { text = name }

    public var description: String { text }
}

/// What is known of an upload from its start.
public struct UploadRecord: Sendable, Hashable, Codable {
    public var id: UploadID
    public var owner: Owner
    /// As the client calls the file; shown, never a path.
    public var name: String
    /// The client's own description, as it came, to be given back.
    public var metadata: String
    /// Bytes in all.
    public var length: Int64
    /// Seconds since 1970.
    public var createdAt: Double

    public init(id: UploadID, owner: Owner, name: String, metadata: String, length: Int64, createdAt: Double) {
        self.id = id
        self.owner = owner
        self.name = name
        self.metadata = metadata
        self.length = length
        self.createdAt = createdAt
    }
}

/// An upload as it stands.
public struct UploadState: Sendable, Hashable {
    public var record: UploadRecord
    /// Bytes that are kept, whatever happens to the server.
    public var offset: Int64
    /// Seconds since 1970: when something last came.
    public var touchedAt: Double

    public init(record: UploadRecord, offset: Int64, touchedAt: Double) {
        self.record = record
        self.offset = offset
        self.touchedAt = touchedAt
    }

    public var isComplete: Bool { offset == record.length }
}
