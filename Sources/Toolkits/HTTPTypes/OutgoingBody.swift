/// Takes the bytes of a streamed body.
public protocol BodyWriter: Sendable {
    /// Sends `bytes`, and suspends while the peer has not taken what went before: the producer never runs ahead by
    /// more than one chunk. 64 KiB is a good size; a chunk is the memory one slow peer costs.
    func write(_ bytes: [UInt8]) async throws
}

/// The body of a response at the server or of a request at the client.
public struct OutgoingBody: Sendable {
    /// Writes a whole body.
    public typealias Producer = @Sendable (any BodyWriter) async throws -> Void

    public enum Storage: Sendable {
        case empty
        case bytes([UInt8])
        case stream(length: Int64?, producer: Producer)
    }

    public let storage: Storage

    private init(_ storage: Storage) {
        self.storage = storage
    }

    /// No body.
    public static let empty = OutgoingBody(.empty)

    /// A body in memory.
    public static func bytes(_ bytes: [UInt8]) -> OutgoingBody { OutgoingBody(.bytes(bytes)) }

    /// A text in UTF-8.
    public static func text(_ text: String) -> OutgoingBody { OutgoingBody(.bytes(Array(text.utf8))) }

    /// A body written piece by piece. With a `length` exactly that many bytes must be written; without one the
    /// message is chunked.
    public static func stream(length: Int64? = nil, _ producer: @escaping Producer) -> OutgoingBody {
        OutgoingBody(.stream(length: length, producer: producer))
    }

    /// The number of bytes, where it is known before they are written.
    public var length: Int64? {
        switch storage {
        case .empty: 0
        case .bytes(let bytes): Int64(bytes.count)
        case .stream(let length, _): length
        }
    }
}
