import Glibc
import Transcription

/// Writes the wanted part of the time line to the PCM file and counts it.
final class PCMWriter {
    private let descriptor: CInt
    private let channels: Int
    /// Samples per channel to leave out, and to end at, on the medium's time line.
    private let first: Int
    private let last: Int
    private let most: Int
    private let limit: Double
    private var buffer: [Int16] = []
    /// Samples per channel on the time line so far, wanted or not.
    private(set) var position = 0
    /// Samples per channel that are in the file.
    private(set) var written = 0

    init(descriptor: CInt, channels: Int, options: DecodingOptions) {
        self.descriptor = descriptor
        self.channels = channels
        first = PCMFormat.sample(at: max(0, options.from ?? 0))
        last = options.to.map { PCMFormat.sample(at: max(0, min($0, 1e9))) } ?? .max
        limit = options.maximumSeconds
        most = PCMFormat.sample(at: limit)
        buffer.reserveCapacity(Self.blockSize)
    }

    private static let blockSize = 32 * 1024

    /// Everything that was asked for is there.
    var isFull: Bool { position >= last }

    /// Takes interleaved samples.
    func write(_ samples: ArraySlice<Int16>) throws(DecodingError) {
        let count = samples.count / channels
        let wanted = (first..<max(first, last)).clamped(to: position..<position + count)
        if !wanted.isEmpty {
            let start = samples.startIndex + (wanted.lowerBound - position) * channels
            buffer += samples[start..<start + wanted.count * channels]
        }
        position += count
        if buffer.count >= Self.blockSize { try flush() }
    }

    func writeSilence(_ count: Int) throws(DecodingError) {
        var rest = count
        while rest > 0, !isFull {
            let part = min(rest, Self.blockSize)
            try write(ArraySlice(repeating: 0, count: part * channels))
            rest -= part
        }
    }

    /// Puts what is waiting into the file.
    func flush() throws(DecodingError) {
        let total = written + buffer.count / channels
        guard total <= most else {
            throw DecodingError(
                .tooLong,
                "The file holds more than \(Int(limit)) seconds of audio, the limit that is set (--max-seconds).")
        }
        var offset = 0
        let bytes = buffer.count * PCMFormat.bytesPerSample
        while offset < bytes {
            let count = buffer.withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), bytes - offset)
            }
            if count > 0 {
                offset += count
            } else if errno != EINTR {
                throw Self.failure(errno)
            }
        }
        written = total
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failure(_ number: CInt) -> DecodingError {
        switch number {
        case ENOSPC, EDQUOT, EFBIG:
            DecodingError(.diskFull, "There is no room on the disk for the decoded audio.")
        default:
            DecodingError(
                .sourceFailed, "The decoded audio could not be written (\(String(cString: strerror(number)))).")
        }
    }
}
