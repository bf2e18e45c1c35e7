import Transcription

/// Hands the wanted part of the time line on and counts it.
final class PCMWriter {
    private let sink: any SampleSink
    private let channels: Int
    /// Samples per channel to leave out, and to end at, on the medium's time line.
    private let first: Int
    private let last: Int
    private let most: Int
    private let limit: Double
    private var buffer: [Int16] = []
    /// Samples per channel on the time line so far, wanted or not.
    private(set) var position = 0
    /// Samples per channel that were handed on.
    private(set) var written = 0

    init(into sink: any SampleSink, channels: Int, options: DecodingOptions) {
        self.sink = sink
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

    /// Hands on what is waiting.
    func flush() throws(DecodingError) {
        let total = written + buffer.count / channels
        guard total <= most else {
            throw DecodingError(
                .tooLong,
                "The file holds more than \(Int(limit)) seconds of audio, the limit that is set (--max-seconds).")
        }
        try sink.take(buffer[...])
        written = total
        buffer.removeAll(keepingCapacity: true)
    }
}
