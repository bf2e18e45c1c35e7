import Transcripts

/// Recognises one part in smaller ones, cut at its silences, and joins what they give.
public struct Subdivision: Sendable {
    /// How much is looked at for speech at once.
    private static let window = PCMFormat.sample(at: 60)

    private let limits: ChunkPlanner.Limits
    private let detector: any SpeechDetector

    public init(limits: ChunkPlanner.Limits, detector: any SpeechDetector) {
        self.limits = limits
        self.detector = detector
    }

    /// - Parameter each: recognises one smaller part; they are asked for one after the other.
    public func recognise(
        _ range: Range<Int>, of pcm: any PCM, each: (Range<Int>) async throws -> Recognition
    ) async throws -> Recognition {
        if range.count <= limits.longest { return try await each(range) }
        var whole = Recognition(text: "")
        var words: [Word] = []
        var last: Chunk?
        for chunk in try await chunks(of: range, pcm) {
            let recognition = try await each(chunk.range)
            var news = WordPlacement.words(of: recognition, in: chunk)
            if let last, last.range.upperBound > chunk.range.lowerBound {
                let start = PCMFormat.seconds(chunk.range.lowerBound)
                Stitcher.join(
                    &words, &news, overlap: TimeSpan(start: start, end: PCMFormat.seconds(last.range.upperBound)))
            }
            words += news
            whole.language = whole.language ?? recognition.language
            let offset = PCMFormat.seconds(chunk.range.lowerBound - range.lowerBound)
            whole.sources += recognition.sources.map { $0.moved(by: offset) }
            last = chunk
        }
        let offset = PCMFormat.seconds(range.lowerBound)
        whole.words = words.map { word in
            Recognition.Word(
                text: word.text, start: word.span.start - offset, end: word.span.end - offset,
                confidence: word.confidence)
        }
        whole.text = Script.join(words.map(\.text))
        return whole
    }

    private func chunks(of range: Range<Int>, _ pcm: any PCM) async throws -> [Chunk] {
        var planner = ChunkPlanner(limits: limits)
        var chunks: [Chunk] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(start + Self.window, range.upperBound)
            chunks += planner.add(try await detector.detectSpeech(in: pcm, range: start..<end), settled: end)
            start = end
        }
        chunks += planner.finish(end: range.upperBound)
        return chunks.map { chunk in
            Chunk(number: chunk.number, range: chunk.range.clamped(to: range), speech: chunk.speech)
        }
    }
}

extension Recognition.Source {
    fileprivate func moved(by offset: Double) -> Recognition.Source {
        var copy = self
        copy.start += offset
        copy.end += offset
        return copy
    }
}
