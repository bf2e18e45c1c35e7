public import Transcripts

/// Runs one transcription: decodes, detects speech and recognises chunks, all at the same time, as
/// `TranscriptionState` decides.
public struct TranscriptionPipeline: Sendable {
    public struct Request: Sendable {
        public var decoding: DecodingOptions
        public var language: String?
        public var prompt: String?
        /// See `RecognitionOptions`.
        public var translates: Bool
        public var keyterms: [String]
        /// `nil` does not ask who speaks.
        public var speakers: SpeakerWish?
        public var models: [String: String]

        public init(
            decoding: DecodingOptions = DecodingOptions(), language: String? = nil, prompt: String? = nil,
            translates: Bool = false, keyterms: [String] = [], speakers: SpeakerWish? = nil,
            models: [String: String] = [:]
        ) {
            self.decoding = decoding
            self.language = language
            self.prompt = prompt
            self.translates = translates
            self.keyterms = keyterms
            self.speakers = speakers
            self.models = models
        }

        func options(_ media: any MediaSource, isSecondLook: Bool = false) -> RecognitionOptions {
            RecognitionOptions(
                language: language, prompt: prompt, isSecondLook: isSecondLook, translates: translates,
                keyterms: keyterms, separatesSpeakers: speakers != nil, sourceBytes: media.extent.available,
                models: models)
        }
    }

    private let decoder: any AudioDecoder
    private let detector: any SpeechDetector
    private let recognizer: any Recognizer
    private let diarizer: (any Diarizer)?

    /// - Parameter diarizer: tells speakers apart where the recogniser does not.
    public init(
        decoder: any AudioDecoder, detector: any SpeechDetector, recognizer: any Recognizer,
        diarizer: (any Diarizer)? = nil
    ) {
        self.diarizer = diarizer
        self.decoder = decoder
        self.detector = detector
        self.recognizer = recognizer
    }

    /// Returns the transcript; throws `DecodingError`, `EngineError` or `CancellationError`.
    /// - Parameters:
    ///   - memory: what an earlier try finished, and where this one keeps its pieces.
    ///   - report: called in order, on the caller's task, after each step.
    public func transcribe(
        _ media: any MediaSource, _ request: Request, memory: any WorkMemory = NoWorkMemory(),
        report: (TranscriptionProgress) -> Void
    ) async throws -> Transcript {
        let capabilities = recognizer.capabilities
        let findsSpeakers = request.speakers != nil && !capabilities.givesSpeakers && diarizer != nil
        if !findsSpeakers, let recognizer = recognizer as? any WholeMediaRecognizer {
            if let whole = try await recognizer.recogniseWhole(media, request.decoding, request.options(media)) {
                let transcript = request.withSpeakers(
                    Self.transcript(of: whole, request, recognizer.capabilities))
                report(
                    TranscriptionProgress(
                        done: whole.seconds, total: whole.seconds, segments: transcript.segments,
                        settled: .infinity))
                return transcript
            }
        }
        let (events, inbox) = AsyncThrowingStream<Step, any Error>.makeStream()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { [decoding = decoding(request, findsSpeakers)] in await decode(media, decoding, inbox) }
            var run = Run(
                request: request,
                state: TranscriptionState(
                    concurrency: capabilities.concurrency, input: capabilities.input, findsSpeakers: findsSpeakers))
            // The children report through the stream: one ordered line of events for the state machine.
            for try await step in events {
                try Task.checkCancellation()
                let actions = run.take(step)
                report(run.progress(after: step))
                if let (chunk, outcome) = run.finished(by: step) {
                    group.addTask { await memory.keep(outcome, of: chunk) }
                }
                for action in actions {
                    switch action {
                    case .finish:
                        if let failure = run.totalFailure(capabilities) { throw failure }
                        return request.withSpeakers(run.transcript(capabilities))
                    case .fail(let error): throw error
                    case .detect(let range):
                        guard let pcm = run.pcm else { continue }
                        group.addTask { await detect(range, pcm, memory, inbox) }
                    case .diarize(let speech):
                        guard let pcm = run.pcm else { continue }
                        let sound = DiarizedSound(
                            pcm: pcm, samples: run.state.decoded, speech: speech, channels: run.channels)
                        group.addTask { await diarize(sound, request.speakers ?? SpeakerWish(), inbox) }
                    case .recognise(let chunk, let isSecondLook):
                        guard let pcm = run.pcm else { continue }
                        if let outcome = memory.outcome(of: chunk) {
                            inbox.yield(.restored(chunk, outcome))
                            continue
                        }
                        let options = request.options(media, isSecondLook: isSecondLook)
                        group.addTask { await recognise(chunk, pcm, options, inbox) }
                    }
                }
            }
            throw CancellationError()
        }
    }

    // MARK: - Children

    typealias Inbox = AsyncThrowingStream<Step, any Error>.Continuation

    enum Step: Sendable {
        case decoding(DecodingEvent)
        case detected([Range<Int>])
        case recognised(Chunk, Recognition)
        case restored(Chunk, ChunkOutcome)
        case broke(Chunk, EngineError)
        case diarizing(Double)
        case diarized([SpeakerTurn])
        case undiarized(String)
    }

    private func decoding(_ request: Request, _ findsSpeakers: Bool) -> DecodingOptions {
        var options = request.decoding
        options.measuresChannels = findsSpeakers
        return options
    }

    private func decode(_ media: any MediaSource, _ options: DecodingOptions, _ inbox: Inbox) async {
        do {
            for try await event in decoder.decode(media, options) { inbox.yield(.decoding(event)) }
            // A stream that its consumer cancelled ends without an error.
            if Task.isCancelled { inbox.finish(throwing: CancellationError()) }
        } catch {
            inbox.finish(throwing: error)
        }
    }

    private func detect(
        _ range: Range<Int>, _ pcm: any PCM, _ memory: any WorkMemory, _ inbox: Inbox
    ) async {
        if let spans = memory.spans(in: range) {
            inbox.yield(.detected(spans))
            return
        }
        do {
            let spans = try await detector.detectSpeech(in: pcm, range: range)
            inbox.yield(.detected(spans))
            await memory.keep(spans, in: range)
        } catch {
            inbox.finish(throwing: error)
        }
    }

    private func recognise(
        _ chunk: Chunk, _ pcm: any PCM, _ options: RecognitionOptions, _ inbox: Inbox
    ) async {
        do {
            inbox.yield(.recognised(chunk, try await recognizer.recognise(chunk.range, of: pcm, options)))
        } catch let error as EngineError {
            inbox.yield(.broke(chunk, error))
        } catch {
            inbox.finish(throwing: error)
        }
    }

    /// A transcript without speakers is better than none.
    private func diarize(_ sound: DiarizedSound, _ wish: SpeakerWish, _ inbox: Inbox) async {
        do {
            let turns = try await diarizer?.diarize(sound, wish) { inbox.yield(.diarizing($0)) }
            inbox.yield(.diarized(turns ?? []))
        } catch is CancellationError {
            inbox.finish(throwing: CancellationError())
        } catch let error as EngineError {
            inbox.yield(.undiarized(error.description))
        } catch {
            inbox.yield(.undiarized("\(error)"))
        }
    }
}
