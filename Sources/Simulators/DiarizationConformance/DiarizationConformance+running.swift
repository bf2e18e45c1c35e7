internal import Synchronization
internal import Transcription
internal import Transcripts

extension DiarizationConformance {
    @Sendable func progress() async throws -> [String] {
        let scene = try await stage.scene(SpeakerScript((0, 40), (1, 40), (0, 40)))
        let shares = Mutex<[Double]>([])
        _ = try await scene.diarizer.diarize(scene.sound, SpeakerWish()) { share in
            shares.withLock { $0.append(share) }
        }
        let told = shares.withLock { $0 }
        var broken: [String] = []
        if told.isEmpty { broken.append("none is reported") }
        if zip(told, told.dropFirst()).contains(where: { $0 > $1 }) { broken.append("it goes backwards: \(told)") }
        if told.contains(where: { !(0...1).contains($0) }) { broken.append("it leaves 0…1: \(told)") }
        return broken
    }

    @Sendable func cancelledBefore() async throws -> [String] {
        let scene = try await stage.scene(Self.talk)
        let (never, _) = AsyncStream<Void>.makeStream()
        return await Self.ending(of: scene, after: never) { $0.cancel() }
    }

    @Sendable func cancelledInside() async throws -> [String] {
        let (started, signal) = AsyncStream<Void>.makeStream()
        let scene = try await stage.endless(Self.talk) { signal.finish() }
        return await Self.ending(of: scene) { task in
            for await _ in started {}
            task.cancel()
        }
    }

    private static func ending(
        of scene: DiarizationScene, after begin: AsyncStream<Void>? = nil,
        _ cancel: (Task<[SpeakerTurn], any Error>) async -> Void
    ) async -> [String] {
        // Awaited below.
        let task = Task {
            // Ends when the task is cancelled.
            if let begin { for await _ in begin {} }
            return try await scene.diarizer.diarize(scene.sound, SpeakerWish()) { _ in }
        }
        await cancel(task)
        switch await task.result {
        case .success: return ["it went on to the end"]
        case .failure(is CancellationError): return []
        case .failure(let error): return ["it ended with \(error)"]
        }
    }

    @Sendable func fault() async throws -> [String] {
        let scene = try await stage.broken(Self.talk)
        do {
            _ = try await scene.diarizer.diarize(scene.sound, SpeakerWish()) { _ in }
            return ["it was not noticed"]
        } catch let error as EngineError {
            return error.description.isEmpty ? ["it has no sentence"] : []
        } catch {
            return ["it came as \(error)"]
        }
    }

    /// The words are delivered all the same, with one speaker and a sentence.
    @Sendable func faultInPipeline() async throws -> [String] {
        let scene = try await stage.broken(Self.talk)
        let pipeline = TranscriptionPipeline(
            decoder: GivenDecoder(sound: scene.sound), detector: GivenDetector(speech: scene.sound.speech),
            recognizer: GivenRecognizer(), diarizer: scene.diarizer)
        var request = TranscriptionPipeline.Request()
        request.speakers = SpeakerWish()
        let transcript = try await pipeline.transcribe(GivenMedia(), request) { _ in }
        var broken: [String] = []
        if transcript.segments.isEmpty { broken.append("the words are lost") }
        if transcript.segments.contains(where: { !$0.text.contains("said") }) { broken.append("the words are others") }
        if Set(transcript.segments.map(\.speaker)) != ["SPEAKER_00"] { broken.append("there is not one speaker") }
        if !transcript.warnings.contains(where: { $0.hasPrefix("Speakers could not be told apart") }) {
            broken.append("nothing warns of it: \(transcript.warnings)")
        }
        return broken
    }
}

// MARK: - The rest of a pipeline

private struct GivenMedia: MediaSource {
    let descriptor: CInt = -1
    let extent = MediaExtent(available: 0, isComplete: true)
    func wait(forBytesBefore end: Int64) async throws -> MediaExtent { extent }
}

private struct GivenDecoder: AudioDecoder {
    let sound: DiarizedSound

    func decode(
        _ media: any MediaSource, _ options: DecodingOptions
    ) -> AsyncThrowingStream<DecodingEvent, any Error> {
        AsyncThrowingStream { stream in
            let description = MediaDescription(
                container: "test", codec: "test", sampleRate: 16000, channels: sound.channels?.channels ?? 1,
                audioTracks: 1, duration: nil)
            stream.yield(.opened(description, sound.pcm))
            stream.yield(.decoded(samples: sound.samples))
            stream.yield(.finished(samples: sound.samples, remark: nil, channels: sound.channels))
            stream.finish()
        }
    }
}

private struct GivenDetector: SpeechDetector {
    let speech: [Range<Int>]

    func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>] {
        speech.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
    }
}

private struct GivenRecognizer: Recognizer {
    let capabilities = RecognizerCapabilities(engine: "test", model: "test")

    func recognise(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
    ) async throws -> Recognition { Recognition(text: "said something here") }
}
