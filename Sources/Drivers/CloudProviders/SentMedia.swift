import EventLoops
import Glibc

/// What became known of a medium while it was sent, and when its last byte was.
final class SentMedia: Sendable {
    struct Facts {
        var seconds: Double
        var remark: String?
    }

    private let state: Guarded<Facts>
    private let over = AsyncStream<Never>.makeStream()

    /// - Parameter seconds: what the file says of its length.
    init(seconds: Double) {
        state = Guarded(Facts(seconds: seconds))
    }

    var facts: Facts { state.withLock { $0 } }

    /// The last byte is sent.
    func end() {
        over.continuation.finish()
    }

    func end(seconds: Double, remark: String?) {
        state.withLock { $0 = Facts(seconds: seconds, remark: remark) }
        end()
    }

    /// Waits for the last byte, or for the end of the task.
    func isOver() async {
        for await _ in over.stream {}
    }
}

/// What a file that goes as it is is called: providers read its kind from the name.
struct FileKind: Sendable {
    let fileExtension: String
    let contentType: String

    /// By FFmpeg's names of containers; those that every service reads.
    static let known: [String: FileKind] = [
        "mp3": FileKind(fileExtension: "mp3", contentType: "audio/mpeg"),
        "mp4": FileKind(fileExtension: "mp4", contentType: "audio/mp4"),
        "ogg": FileKind(fileExtension: "ogg", contentType: "audio/ogg"),
        "flac": FileKind(fileExtension: "flac", contentType: "audio/flac"),
        "wav": FileKind(fileExtension: "wav", contentType: "audio/wav"),
    ]
}

/// Bytes of a file by position. Blocks: for a pool of threads.
enum FileBytes {
    /// At least one byte, at most `count`; a file that ends before its end is an error.
    static func read(_ descriptor: CInt, at offset: Int64, count: Int) throws -> [UInt8] {
        while true {
            var result = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                result = pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
                filled = max(0, result)
            }
            if result > 0 { return bytes }
            if result == 0 { throw SystemCallError("pread", code: EIO) }
            if errno != EINTR { throw SystemCallError("pread") }
        }
    }
}
