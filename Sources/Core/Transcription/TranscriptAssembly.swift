import Transcripts

/// Makes the transcript of the outcomes of all chunks.
enum TranscriptAssembly {
    /// - Parameter offset: seconds of the media before the first sample (`DecodingOptions.from`).
    static func transcript(
        samples: Int, offset: Double, outcomes: [(chunk: Chunk, outcome: ChunkOutcome)],
        capabilities: RecognizerCapabilities, language: String?, warnings: [String]
    ) -> Transcript {
        var segments: [Segment] = []
        var timeline = Timeline(end: samples)
        var languages: [String: Int] = [:]
        for (chunk, outcome) in outcomes {
            switch outcome {
            case .recognised(let recognition, let flags):
                let words = WordPlacement.words(of: recognition, in: chunk)
                segments += SegmentBuilder.segments(words, flags: flags)
                if let found = recognition.language { languages[found, default: 0] += chunk.range.count }
                for span in chunk.speech {
                    words.isEmpty ? timeline.skip(span, "no words were recognised") : timeline.speak(span)
                }
            case .failed(let reason):
                for span in chunk.speech { timeline.skip(span, reason) }
            }
        }
        let found = languages.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        var transcript = Transcript(
            duration: PCMFormat.seconds(samples), language: language ?? found, engine: capabilities.engine,
            model: capabilities.model, segments: segments, timeline: timeline.stretches(), warnings: warnings)
        transcript.shift(by: offset)
        return transcript
    }
}

extension Transcript {
    /// Moves every time by `offset` seconds, for a transcript of a later part of the media.
    mutating func shift(by offset: Double) {
        guard offset > 0 else { return }
        func moved(_ span: TimeSpan) -> TimeSpan {
            TimeSpan(
                start: ((span.start + offset) * 1000).rounded() / 1000,
                end: ((span.end + offset) * 1000).rounded() / 1000)
        }
        for index in segments.indices {
            segments[index].span = moved(segments[index].span)
            for word in segments[index].words.indices {
                segments[index].words[word].span = moved(segments[index].words[word].span)
            }
        }
        for index in timeline.indices { timeline[index].span = moved(timeline[index].span) }
        let before = TimeSpan(start: 0, end: timeline.first?.span.start ?? offset)
        timeline.insert(Stretch(span: before, kind: .skipped, reason: "not asked for"), at: 0)
        duration = timeline.last?.span.end ?? offset
    }
}
