public import EventLoops
import Glibc
public import Transcription

/// Reads decoded audio and finds its silences by loudness, where no speech detector is installed.
public struct LoudnessDetector: SpeechDetector {
    private let pool: BlockingPool

    /// - Parameter pool: for reading and counting.
    public init(_ pool: BlockingPool) {
        self.pool = pool
    }

    public func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>] {
        try await pool.run {
            let samples = try Self.read(range, pcm.descriptor)
            return withExtendedLifetime(pcm) {
                Loudness.spans(samples).map {
                    $0.lowerBound + range.lowerBound..<$0.upperBound + range.lowerBound
                }
            }
        }
    }

    private static func read(_ range: Range<Int>, _ descriptor: CInt) throws(EngineError) -> [Int16] {
        var samples = [Int16](repeating: 0, count: range.count)
        let bytes = range.count * PCMFormat.bytesPerSample
        var done = 0
        while done < bytes {
            let count = samples.withUnsafeMutableBytes {
                pread(
                    descriptor, $0.baseAddress?.advanced(by: done), bytes - done,
                    off_t(range.lowerBound * PCMFormat.bytesPerSample + done))
            }
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                throw EngineError(.failed, "The decoded audio could not be read.")
            }
        }
        return samples
    }
}
