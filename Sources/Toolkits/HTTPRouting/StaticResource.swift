internal import COpenSSL
internal import CZlib
internal import HTTPRanges
public import HTTPTypes

/// A file that comes with the program: hashed and compressed once, when the server starts.
public struct StaticResource: Sendable {
    private let plain: Representation
    private let compressed: Representation?

    /// - Parameters:
    ///   - contentType: its media type; text is also kept as gzip where that is smaller.
    ///   - cacheControl: `no-cache` lets browsers ask with the ETag each time.
    public init(_ bytes: [UInt8], contentType: String, cacheControl: String = "no-cache") {
        let digest = Self.digest(bytes)
        var fields: HTTPFields = [.cacheControl: cacheControl]
        guard Self.isCompressible(contentType), let gzip = Self.gzip(bytes), gzip.count < bytes.count else {
            compressed = nil
            plain = Representation(
                MemorySource(bytes), contentType: contentType, eTag: EntityTag(digest), fields: fields)
            return
        }
        fields[.vary] = "Accept-Encoding"
        plain = Representation(
            MemorySource(bytes), contentType: contentType, eTag: EntityTag(digest), fields: fields)
        fields[.contentEncoding] = "gzip"
        // Other bytes are another representation, with a tag of its own (RFC 9110 section 8.8.3.3).
        compressed = Representation(
            MemorySource(gzip), contentType: contentType, eTag: EntityTag(digest + "-gzip"), fields: fields)
    }

    public func response(to request: HTTPRequest) -> HTTPResponse {
        if let compressed, AcceptEncoding(request.fields.values(of: .acceptEncoding)).allows("gzip") {
            return compressed.response(to: request)
        }
        return plain.response(to: request)
    }

    private static func isCompressible(_ type: String) -> Bool {
        type.hasPrefix("text/") || ["json", "javascript", "xml", "svg"].contains { type.contains($0) }
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        SHA256(bytes, bytes.count, &digest)
        return digest.prefix(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Nil when zlib has no memory.
    private static func gzip(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        guard czlib_begin_gzip(&stream, 9) == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var input = bytes
        let bound = Int(deflateBound(&stream, UInt(bytes.count)))
        var status = Z_OK
        let output = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            input.withUnsafeMutableBufferPointer { input in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                status = deflate(&stream, Z_FINISH)
            }
            count = output.count - Int(stream.avail_out)
        }
        return status == Z_STREAM_END ? output : nil
    }
}

/// What encodings a client takes (RFC 9110 section 12.5.3).
struct AcceptEncoding {
    private var weights: [String: Double] = [:]

    init(_ values: [String]) {
        for element in values.joined(separator: ",").split(separator: ",") {
            let parts = element.split(separator: ";")
            guard let name = parts.first?.trimmingHTTPWhitespace().lowercased(), !name.isEmpty else { continue }
            var weight = 1.0
            for parameter in parts.dropFirst() {
                let text = parameter.trimmingHTTPWhitespace()
                if text.lowercased().hasPrefix("q=") { weight = Double(text.dropFirst(2)) ?? 0 }
            }
            weights[name] = weight
        }
    }

    func allows(_ encoding: String) -> Bool {
        (weights[encoding] ?? weights["*"] ?? 0) > 0
    }
}
