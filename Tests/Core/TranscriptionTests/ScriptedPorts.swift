import Synchronization
import Transcription

struct NoMedia: MediaSource {
    let descriptor: CInt = -1
    let extent = MediaExtent(available: 0, isComplete: true)
    func wait(forBytesBefore end: Int64) async throws -> MediaExtent { extent }
}

struct NoPCM: PCM {
    let descriptor: CInt = -1
}

struct ScriptedDecoder: AudioDecoder {
    let events: [Int]
    var failure: DecodingError?

    func decode(
        _ media: any MediaSource, _ options: DecodingOptions
    ) -> AsyncThrowingStream<DecodingEvent, any Error> {
        AsyncThrowingStream { stream in
            let description = MediaDescription(
                container: "test", codec: "test", sampleRate: 16000, channels: 1, audioTracks: 1, duration: nil)
            stream.yield(.opened(description, NoPCM()))
            for samples in events { stream.yield(.decoded(samples: samples)) }
            if let failure {
                stream.finish(throwing: failure)
            } else {
                stream.yield(.finished(samples: events.last ?? 0, remark: nil))
                stream.finish()
            }
        }
    }
}

struct ScriptedDetector: SpeechDetector {
    let spans: [Range<Int>]

    func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>] {
        spans.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
    }
}

struct ScriptedRecognizer: Recognizer {
    let capabilities: RecognizerCapabilities
    let answer: @Sendable (Range<Int>, RecognitionOptions) async throws -> Recognition

    init(
        concurrency: Int, answer: @escaping @Sendable (Range<Int>, RecognitionOptions) async throws -> Recognition
    ) {
        capabilities = RecognizerCapabilities(engine: "test", model: "test", concurrency: concurrency)
        self.answer = answer
    }

    func recognise(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
    ) async throws -> Recognition {
        try await answer(range, options)
    }
}

/// Lets tasks wait until something has happened.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        waiting.forEach { $0.resume() }
        waiting = []
    }

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}
