import Transcripts

extension TranscriptionPipeline {
    /// What one run has learned: the state machine and what only the transcript and its progress need.
    struct Run {
        let request: Request
        var state: TranscriptionState
        private(set) var pcm: (any PCM)?
        private var claimed: Double?
        private var remark: String?
        private(set) var channels: ChannelLevels?
        private var turns: [SpeakerTurn] = []
        private var diarized: Double?
        /// Why speakers could not be told apart.
        private var speakersFailure: String?

        init(request: Request, state: TranscriptionState) {
            self.request = request
            self.state = state
        }

        mutating func take(_ step: Step) -> [TranscriptionState.Action] {
            switch step {
            case .decoding(.opened(let description, let pcm)):
                self.pcm = pcm
                claimed = description.duration.map(part)
                return []
            case .decoding(.decoded(let samples)):
                return state.event(.decoded(samples: samples, isFinal: false))
            case .decoding(.finished(let samples, let remark, let channels)):
                self.remark = remark
                self.channels = channels
                return state.event(.decoded(samples: samples, isFinal: true))
            case .detected(let spans): return state.event(.detected(spans: spans))
            case .recognised(let chunk, let recognition):
                return state.event(.recognised(chunk.number, recognition))
            case .restored(let chunk, let outcome): return state.event(.restored(chunk.number, outcome))
            case .broke(let chunk, let error): return state.event(.broke(chunk.number, error))
            case .diarizing(let share):
                diarized = max(diarized ?? 0, share)
                return []
            case .diarized(let turns):
                (self.turns, diarized) = (turns, 1)
                return state.event(.diarized)
            case .undiarized(let reason):
                (speakersFailure, diarized) = (reason, 1)
                return state.event(.diarized)
            }
        }

        /// How much of a file of `duration` seconds was asked for.
        private func part(_ duration: Double) -> Double {
            max(0, min(request.decoding.to ?? duration, duration) - (request.decoding.from ?? 0))
        }

        func progress(after step: Step) -> TranscriptionProgress {
            let total = state.isDecoded ? PCMFormat.seconds(state.decoded) : claimed
            var segments: [Segment] = []
            if let (chunk, outcome) = ended(by: step), case .recognised(let recognition, let flags) = outcome {
                segments = SegmentBuilder.segments(WordPlacement.words(of: recognition, in: chunk), flags: flags)
            }
            return TranscriptionProgress(
                done: PCMFormat.seconds(state.doneSamples), total: total, segments: segments,
                settled: PCMFormat.seconds(state.frontier),
                speakers: request.speakers == nil ? nil : diarized ?? 0)
        }

        /// The chunk that this step was the last of.
        private func ended(by step: Step) -> (chunk: Chunk, outcome: ChunkOutcome)? {
            switch step {
            case .recognised(let chunk, _), .restored(let chunk, _), .broke(let chunk, _):
                state.outcomes[chunk.number]
            case .decoding, .detected, .diarizing, .diarized, .undiarized: nil
            }
        }

        /// The same, unless it was known before.
        func finished(by step: Step) -> (chunk: Chunk, outcome: ChunkOutcome)? {
            if case .restored = step { return nil }
            return ended(by: step)
        }

        /// A service that gave nothing at all is a failure to be told, and to be tried again; not an empty text.
        func totalFailure(_ capabilities: RecognizerCapabilities) -> EngineError? {
            guard capabilities.input != .pcm, !state.outcomes.isEmpty else { return nil }
            var reason: String?
            for (_, outcome) in state.outcomes.sorted(by: { $0.key < $1.key }).map(\.value) {
                guard case .failed(let why) = outcome else { return nil }
                reason = reason ?? why
            }
            return reason.map { EngineError(.failed, $0) }
        }

        func transcript(_ capabilities: RecognizerCapabilities) -> Transcript {
            let outcomes = state.outcomes.values.sorted { $0.chunk.number < $1.chunk.number }
            return TranscriptAssembly.transcript(
                samples: state.decoded, offset: request.decoding.from ?? 0, outcomes: outcomes,
                capabilities: capabilities, language: request.language,
                warnings: warnings(capabilities, outcomes.map(\.1)), turns: turns)
        }

        private func warnings(_ capabilities: RecognizerCapabilities, _ outcomes: [ChunkOutcome]) -> [String] {
            var warnings = request.warnings(capabilities)
            if let remark { warnings.append(remark) }
            if let speakersFailure {
                warnings.append(
                    "Speakers could not be told apart, everything is given to one speaker. \(speakersFailure)")
            }
            let failed = outcomes.filter { if case .failed = $0 { true } else { false } }.count
            if failed > 0 {
                warnings.append(
                    "\(failed) of \(outcomes.count) parts could not be recognised; the timeline says which.")
            }
            return warnings
        }
    }
}
