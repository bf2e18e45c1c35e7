import Transcripts

/// Makes the transcript of the outcomes of all chunks.
enum TranscriptAssembly {
    /// - Parameter offset: seconds of the media before the first sample (`DecodingOptions.from`).
    static func transcript(
        samples: Int, offset: Double, outcomes: [(chunk: Chunk, outcome: ChunkOutcome)],
        capabilities: RecognizerCapabilities, language: String?, warnings: [String], turns: [SpeakerTurn] = []
    ) -> Transcript {
        var pieces = stitched(outcomes)
        join(&pieces, turns)
        var timeline = Timeline(end: samples)
        var languages: [String: Int] = [:]
        for (chunk, outcome) in outcomes {
            switch outcome {
            case .recognised(let recognition, _):
                if let found = recognition.language { languages[found, default: 0] += chunk.range.count }
                for span in chunk.speech {
                    recognition.isEmpty ? timeline.skip(span, "no words were recognised") : timeline.speak(span)
                }
            case .failed(let reason):
                for span in chunk.speech { timeline.skip(span, reason) }
            }
        }
        let found = languages.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        let parts = parts(outcomes)
        let main = parts.first
        var transcript = Transcript(
            duration: PCMFormat.seconds(samples), language: language ?? found,
            engine: main?.engine ?? capabilities.engine, model: main?.model ?? capabilities.model,
            segments: pieces.flatMap { SegmentBuilder.segments($0.words, flags: $0.flags) },
            timeline: timeline.stretches(), warnings: warnings, parts: parts,
            speakerTurns: turns.map(\.told))
        transcript.shift(by: offset)
        return transcript
    }

    /// The words of each recognised chunk; what two neighbours both heard is there once.
    private static func stitched(
        _ outcomes: [(chunk: Chunk, outcome: ChunkOutcome)]
    ) -> [(words: [Word], flags: [SegmentFlag])] {
        var pieces: [(range: Range<Int>, words: [Word], flags: [SegmentFlag])] = []
        for (chunk, outcome) in outcomes {
            guard case .recognised(let recognition, let flags) = outcome else { continue }
            var words = WordPlacement.words(of: recognition, in: chunk)
            if let last = pieces.indices.last, pieces[last].range.upperBound > chunk.range.lowerBound {
                let overlap = TimeSpan(
                    start: PCMFormat.seconds(chunk.range.lowerBound),
                    end: PCMFormat.seconds(pieces[last].range.upperBound))
                Stitcher.join(&pieces[last].words, &words, overlap: overlap)
            }
            pieces.append((chunk.range, words, flags))
        }
        return pieces.map { ($0.words, $0.flags) }
    }

    private static func join(_ pieces: inout [(words: [Word], flags: [SegmentFlag])], _ turns: [SpeakerTurn]) {
        guard !turns.isEmpty else { return }
        var join = SpeakerJoin(turns)
        var names: [Int: String] = [:]
        for turn in turns { names[turn.speaker] = turn.name }
        for piece in pieces.indices {
            for word in pieces[piece].words.indices {
                let number = join.speaker(of: pieces[piece].words[word].span)
                pieces[piece].words[word].speaker = number.map { names[$0] ?? SpeakerTurn.name($0) }
            }
        }
    }

    /// Who recognised what, as far as the recogniser says it.
    private static func parts(_ outcomes: [(chunk: Chunk, outcome: ChunkOutcome)]) -> [TranscriptPart] {
        outcomes.flatMap { chunk, outcome -> [TranscriptPart] in
            guard case .recognised(let recognition, _) = outcome else { return [] }
            let offset = PCMFormat.seconds(chunk.range.lowerBound)
            return recognition.sources.map { source in
                TranscriptPart(
                    span: TimeSpan(
                        start: milliseconds(offset + source.start), end: milliseconds(offset + source.end)),
                    engine: source.engine, model: source.model, billedSeconds: source.billedSeconds, cost: source.cost)
            }
        }
    }

    private static func milliseconds(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}

extension Recognition {
    fileprivate var isEmpty: Bool { words.allSatisfy(\.text.isEmpty) && text.allSatisfy(\.isWhitespace) }
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
        for index in parts.indices { parts[index].span = moved(parts[index].span) }
        for index in speakerTurns.indices { speakerTurns[index].span = moved(speakerTurns[index].span) }
        for index in timeline.indices { timeline[index].span = moved(timeline[index].span) }
        let before = TimeSpan(start: 0, end: timeline.first?.span.start ?? offset)
        timeline.insert(Stretch(span: before, kind: .skipped, reason: "not asked for"), at: 0)
        duration = timeline.last?.span.end ?? offset
    }
}
