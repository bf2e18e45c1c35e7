internal import CZlib
internal import Crypto
internal import Transcripts

/// One transcript as it lies in Redis: the SHA-256 of key and text, the length of the text (four bytes, the lowest
/// first), and the text, compressed as zlib does (RFC 1950). The key is in the digest, so an entry under another's name
/// is as good as damaged.
enum PackedEntry {
    /// More than any transcript of a day.
    private static let mostBytes = 256 << 20
    private static let head = 36

    /// What it takes without compression, and the bytes; `nil` for one that is too long.
    static func pack(_ transcript: Transcript, for key: String) -> (size: Int, bytes: [UInt8])? {
        let text = Array(TranscriptJSON.encode(transcript, includesWords: true).utf8)
        guard text.count <= mostBytes, let digest = digest(key, text), let body = compressed(text) else { return nil }
        let length = UInt32(text.count)
        let lengthBytes = (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        return (text.count + head, digest + lengthBytes + body)
    }

    /// `nil` for a damaged one.
    static func unpack(_ bytes: [UInt8], for key: String) -> Transcript? {
        guard bytes.count > head else { return nil }
        let length = bytes[32..<head].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= mostBytes, let text = expanded(Array(bytes[head...]), to: length),
            let digest = digest(key, text), digest.elementsEqual(bytes[..<32])
        else { return nil }
        return try? TranscriptJSON.decode(text)
    }

    private static func digest(_ key: String, _ text: [UInt8]) -> [UInt8]? {
        try? SHA256.digest(of: Array((key + "\n").utf8) + text).bytes
    }

    private static func compressed(_ text: [UInt8]) -> [UInt8]? {
        var length = compressBound(uLong(text.count))
        var isDone = false
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(length)) { target, count in
            isDone = compress2(target.baseAddress, &length, text, uLong(text.count), 1) == Z_OK
            count = isDone ? Int(length) : 0
        }
        return isDone ? bytes : nil
    }

    private static func expanded(_ body: [UInt8], to size: Int) -> [UInt8]? {
        // Nothing that zlib makes grows more than 1032 times (zlib.net/zlib_tech.html).
        guard size > 0, size / 1040 <= body.count else { return nil }
        var length = uLong(size)
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, count in
            isWhole = uncompress(target.baseAddress, &length, body, uLong(body.count)) == Z_OK && Int(length) == size
            count = isWhole ? size : 0
        }
        return isWhole ? bytes : nil
    }
}
