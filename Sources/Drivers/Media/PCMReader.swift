import Glibc
public import Transcription

/// Reads decoded audio by position, a block at a time.
public struct PCMReader {
    private static let blockSize = 16 * 1024

    private let descriptor: CInt

    public init(_ descriptor: CInt) {
        self.descriptor = descriptor
    }

    /// Hands over the mono samples `range`; a file that ends before its end is an error.
    public func read(
        _ range: Range<Int>, _ take: (ArraySlice<Int16>) throws(DecodingError) -> Void
    ) throws(DecodingError) {
        var buffer = [Int16](repeating: 0, count: Self.blockSize)
        var position = range.lowerBound
        while position < range.upperBound {
            let wanted = min(buffer.count, range.upperBound - position) * PCMFormat.bytesPerSample
            let count = buffer.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, wanted, off_t(position * PCMFormat.bytesPerSample))
            }
            if count < 0, errno == EINTR { continue }
            let samples = count / PCMFormat.bytesPerSample
            guard samples > 0 else { throw DecodingError(.sourceFailed, "The decoded audio could not be read.") }
            try take(buffer[0..<samples])
            position += samples
        }
    }
}
