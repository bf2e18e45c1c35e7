public import Transcription

/// What one voice sounds like, over some speech.
public struct HeardVoice: Sendable, Hashable {
    /// Of length 1.
    public var print: [Float]
    /// Seconds of speech that it was made from.
    public var seconds: Double

    public init(print: [Float], seconds: Double) {
        self.print = print
        self.seconds = seconds
    }
}

/// Listens to voices in media: one that speaks alone, or those of known stretches.
public struct VoiceListener: Sendable {
    /// Windows that one voice is made from: more change nothing.
    static let mostWindows = 48

    private let decoder: any AudioDecoder
    private let detector: any SpeechDetector
    private let embedder: any VoiceEmbedder

    public init(decoder: any AudioDecoder, detector: any SpeechDetector, embedder: any VoiceEmbedder) {
        self.decoder = decoder
        self.detector = detector
        self.embedder = embedder
    }

    /// The voice of a clip in which one person speaks; `nil` when nobody does. Throws `DecodingError`, `EngineError`.
    /// - Parameter longest: seconds; longer clips are refused by the decoder.
    public func voice(of clip: any MediaSource, longest: Double) async throws -> (voice: HeardVoice?, seconds: Double) {
        guard let (pcm, samples) = try await decode(clip, DecodingOptions(maximumSeconds: longest)) else {
            return (nil, 0)
        }
        var speech: [Range<Int>] = []
        let window = PCMFormat.sample(at: 60)
        for start in stride(from: 0, to: samples, by: window) {
            speech += try await detector.detectSpeech(in: pcm, range: start..<min(start + window, samples))
        }
        let voice = try await Self.voice(in: speech, of: pcm, embedder)
        return (voice, PCMFormat.seconds(samples))
    }

    /// The voices of stretches, by their labels; stretches are seconds from the beginning.
    public func voices(
        of media: any MediaSource, track: Int?, _ stretches: [String: [ClosedRange<Double>]]
    ) async throws -> [String: HeardVoice] {
        guard let (pcm, samples) = try await decode(media, DecodingOptions(track: track)) else { return [:] }
        var voices: [String: HeardVoice] = [:]
        for (label, spans) in stretches {
            let ranges = spans.map {
                PCMFormat.sample(at: max($0.lowerBound, 0))..<PCMFormat.sample(at: max($0.upperBound, 0))
            }
            let inside = ranges.map { $0.clamped(to: 0..<samples) }.sorted { $0.lowerBound < $1.lowerBound }
            voices[label] = try await Self.voice(in: inside, of: pcm, embedder)
        }
        return voices
    }

    private func decode(_ media: any MediaSource, _ options: DecodingOptions) async throws -> (any PCM, Int)? {
        var pcm: (any PCM)?
        for try await event in decoder.decode(media, options) {
            switch event {
            case .opened(_, let opened): pcm = opened
            case .decoded: continue
            case .finished(let samples, _, _): return pcm.map { ($0, samples) }
            }
        }
        try Task.checkCancellation()
        return nil
    }

    /// The mean of windows that lie evenly over the ranges.
    static func voice(
        in ranges: [Range<Int>], of pcm: any PCM, _ embedder: any VoiceEmbedder
    ) async throws -> HeardVoice? {
        let all = WindowPlan(ranges.filter { !$0.isEmpty }).windows.map(\.start)
        guard !all.isEmpty else { return nil }
        let count = min(all.count, mostWindows)
        let starts = (0..<count).map { all[$0 * all.count / count] }
        var sum = [Float](repeating: 0, count: VoicePrints.dimensions)
        var next = 0
        while next < starts.count {
            var end = next
            while end < starts.count, starts[end] - starts[next] <= VoiceWindow.longestStretch { end += 1 }
            let prints = try await embedder.embed(Array(starts[next..<end]), of: pcm)
            guard prints.count == end - next else {
                throw EngineError(.failed, "The speaker encoder answered for other windows than were asked for.")
            }
            for index in 0..<prints.count {
                for (dimension, value) in prints.vector(index).enumerated() { sum[dimension] += value }
            }
            next = end
        }
        return HeardVoice(print: sum.normalised, seconds: ranges.reduce(0) { $0 + PCMFormat.seconds($1.count) })
    }
}
