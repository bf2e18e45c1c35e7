/// Where the chunks of an incoming body come from: a connection, a transfer, or memory in tests.
public protocol BodySource: AnyObject, Sendable {
    /// The next chunk, never empty; nil at the end, and again after it. Suspends until bytes have arrived, and lets
    /// the sender wait while nobody asks.
    func next() async throws -> [UInt8]?
}

/// The body of a request at the server or of a response at the client, in chunks as they arrive, read once.
public struct IncomingBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = any Error

    /// The announced number of bytes; nil when the sender did not say.
    public let length: Int64?
    private let source: (any BodySource)?

    /// A body read from `source`.
    public init(length: Int64?, source: any BodySource) {
        self.length = length
        self.source = source
    }

    /// No body at all.
    public static let empty = IncomingBody()

    private init() {
        length = 0
        source = nil
    }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let source: (any BodySource)?

        public mutating func next(isolation actor: isolated (any Actor)?) async throws -> [UInt8]? {
            guard let source else { return nil }
            return try await source.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(source: source)
    }

    /// The next chunk, for readers that are no loop; nil at the end.
    public func nextChunk() async throws -> [UInt8]? {
        try await source?.next()
    }

    /// The whole body, for bodies known to be small.
    ///
    /// - Throws: `BodyTooLargeError` as soon as `limit` bytes are passed, or what the source throws.
    public func collect(upTo limit: Int) async throws -> [UInt8] {
        if let length, length > limit { throw BodyTooLargeError(limit: limit) }
        var bytes: [UInt8] = []
        for try await chunk in self {
            if bytes.count + chunk.count > limit { throw BodyTooLargeError(limit: limit) }
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }
}

/// A body is larger than its reader allows.
public struct BodyTooLargeError: Error, Equatable, CustomStringConvertible {
    /// The limit in bytes.
    public let limit: Int

    public init(limit: Int) {
        self.limit = limit
    }

    public var description: String { "the body is larger than \(limit) bytes; send less, or in parts" }
}

extension IncomingBody {
    /// The same body, cut off by an error once more than `limit` bytes have come: a route's own limit for bodies that
    /// are streamed.
    public func limited(to limit: Int64) -> IncomingBody {
        IncomingBody(length: length, source: LimitedBody(self, limit: limit))
    }
}

/// Counts what passes. An actor, since a body may be read from any task.
private actor LimitedBody: BodySource {
    private let body: IncomingBody
    private let limit: Int64
    private var count: Int64 = 0

    init(_ body: IncomingBody, limit: Int64) {
        self.body = body
        self.limit = limit
    }

    func next() async throws -> [UInt8]? {
        // What is announced as too large need not be read at all.
        if let length = body.length, length > limit { throw BodyTooLargeError(limit: Int(limit)) }
        var iterator = body.makeAsyncIterator()
        guard let chunk = try await iterator.next(isolation: self) else { return nil }
        count += Int64(chunk.count)
        if count > limit { throw BodyTooLargeError(limit: Int(limit)) }
        return chunk
    }
}
