public import HTTPTypes

/// Something that can be sent whole or in part: a file, a stream from elsewhere, bytes in memory.
public protocol ByteSource: Sendable {
    /// The number of bytes; nil while it is not known, and then only the whole can be sent.
    var size: Int64? { get }

    /// Writes the bytes of `range` in order, in chunks of about 64 KiB, and nothing else. `range` lies within `size`;
    /// nil means everything.
    func write(_ range: Range<Int64>?, to writer: any BodyWriter) async throws
}

/// Bytes in memory.
public struct MemorySource: ByteSource {
    private let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public var size: Int64? { Int64(bytes.count) }

    public func write(_ range: Range<Int64>?, to writer: any BodyWriter) async throws {
        let range = range ?? 0..<Int64(bytes.count)
        var start = Int(range.lowerBound)
        while start < Int(range.upperBound) {
            let end = min(start + 64 * 1024, Int(range.upperBound))
            try await writer.write(Array(bytes[start..<end]))
            start = end
        }
    }
}

/// A representation of a resource with what conditions compare (RFC 9110 section 8.8).
public struct Representation: Sendable {
    public var source: any ByteSource
    public var contentType: String
    public var eTag: EntityTag?
    /// Seconds since 1970.
    public var lastModified: Int64?
    /// Fields that go along, also with 304: `Cache-Control`, `Vary`, `Content-Disposition`, …
    public var fields: HTTPFields

    public init(
        _ source: any ByteSource, contentType: String, eTag: EntityTag? = nil, lastModified: Int64? = nil,
        fields: HTTPFields = [:]
    ) {
        self.source = source
        self.contentType = contentType
        self.eTag = eTag
        self.lastModified = lastModified
        self.fields = fields
    }
}
