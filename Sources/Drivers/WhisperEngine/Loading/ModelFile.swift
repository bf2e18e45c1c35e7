import Glibc
import Transcription

/// A model's file, read by position.
final class ModelFile {
    let size: Int
    private let descriptor: CInt

    init(path: String) throws(EngineError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw EngineError(.unusable, "The model's file cannot be opened: pull or import it again.")
        }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw EngineError(.unusable, "The model's file is not a regular file: import it again.")
        }
        size = Int(facts.st_size)
    }

    deinit {
        close(descriptor)
    }

    /// Reads exactly `count` bytes; says so when the file has fewer.
    func bytes(at offset: Int, count: Int) throws(EngineError) -> [UInt8] {
        guard offset >= 0, count >= 0, offset <= size, count <= size - offset else { throw Self.truncated }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
            }
            if got > 0 {
                done += got
            } else if got == 0 || errno != EINTR {
                throw Self.truncated
            }
        }
        return bytes
    }

    static let truncated = EngineError(.unusable, "The model's file is cut off or damaged: pull or import it again.")
}

/// Reads small things one after the other.
struct FileCursor {
    private let file: ModelFile
    private(set) var position = 0
    private var window: [UInt8] = []
    private var windowStart = 0

    init(_ file: ModelFile) {
        self.file = file
    }

    mutating func bytes(_ count: Int) throws(EngineError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= file.size - position else { throw ModelFile.truncated }
        if position < windowStart || position + count > windowStart + window.count {
            window = try file.bytes(at: position, count: min(max(count, 1 << 16), file.size - position))
            windowStart = position
        }
        defer { position += count }
        return window[position - windowStart..<position - windowStart + count]
    }

    /// A little-endian number of 32 bits.
    mutating func integer() throws(EngineError) -> Int {
        Int(Int32(truncatingIfNeeded: try bytes(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }))
    }

    mutating func skip(_ count: Int) throws(EngineError) {
        guard count >= 0, count <= file.size - position else { throw ModelFile.truncated }
        position += count
    }

    var isAtEnd: Bool { position == file.size }
}
