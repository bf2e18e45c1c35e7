import CloudRouting
import EventLoops
import FakeProviders
import Foundation
import Synchronization
import Testing
import Transcription

@testable import CloudProviders

@Suite("Router", .serialized)
struct RouterTests {
    private static let day = RateLedger.Limits(audioSecondsPerHour: 600, concurrency: 8)

    @Test("fifty jobs at once stay inside the hour's seconds; who comes too late hears when it works again")
    func fiftyJobs() async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.secondsPerHour = 600 }
            let pcm = try fixture.audio(seconds: 30, words: [])
            let router = ProviderRouter(
                [.provider(fixture.recognizer(.groq), limits: Self.day)], clock: realClock())
            let outcomes = await withTaskGroup(of: Result<Recognition, EngineError>.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        let job = router.job(detector: fixture.detector, within: 60)
                        do {
                            return .success(
                                try await job.recognise(0..<pcm.samples, of: pcm, RecognitionOptions()))
                        } catch {
                            return .failure(error as? EngineError ?? EngineError(.crashed, "\(error)"))
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let succeeded = outcomes.filter { if case .success = $0 { true } else { false } }
            // The encoder adds some milliseconds to each part, which the provider counts: a twentieth would not fit.
            #expect(succeeded.count == 19)
            let counters = fixture.providers.counters(.groq)
            #expect(counters.limitRefusals == 0)
            #expect(counters.mostSecondsPerHour <= 600)
            #expect(counters.mostAtOnce <= 8)
            for case .failure(let error) in outcomes {
                #expect(error.code == .failed)
                #expect("\(error)".hasPrefix("Groq's limit of audio per hour is used up. It works again in 1 h 0 min"))
            }
        }
    }

    @Test("a limit that passes is waited for, in time that the test makes pass")
    func waiting() async throws {
        let time = FakeTime()
        let sent = Mutex([(time: Double, seconds: Double)]())
        let provider = CountingProvider { seconds in sent.withLock { $0.append((time.now, seconds)) } }
        let router = ProviderRouter(
            [.provider(provider, limits: .init(requestsPerMinute: 3, audioSecondsPerHour: 301, concurrency: 4))],
            clock: time.clock())
        let job = router.job(detector: NoDetector(), within: 86_400)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask { _ = try await job.recognise(0..<960_000, of: NoPCM(), RecognitionOptions()) }
            }
            try await group.waitForAll()
        }
        let all = sent.withLock { $0 }
        #expect(all.count == 20)
        for (end, _) in all {
            #expect(all.filter { $0.time > end - 60 && $0.time <= end }.count <= 3)
            #expect(all.filter { $0.time > end - 3_600 && $0.time <= end }.reduce(0) { $0 + $1.seconds } <= 300)
        }
    }

    @Test("a 429 is obeyed to the second")
    func obedience() async throws {
        let time = FakeTime()
        let provider = CountingProvider(faults: [ProviderError("groq", .rateLimited(.unknown), retryAfter: 33)]) { _ in
        }
        let router = ProviderRouter([.provider(provider, limits: .init())], clock: time.clock())
        let start = time.now
        _ = try await router.job(detector: NoDetector()).recognise(0..<16_000, of: NoPCM(), RecognitionOptions())
        #expect(time.now - start >= 33 && time.now - start < 34)
    }

    @Test("cancelling reaches a job that waits for its limit")
    func cancelling() async throws {
        let provider = CountingProvider(faults: [ProviderError("groq", .rateLimited(.unknown), retryAfter: 3_000)]) {
            _ in
        }
        let router = ProviderRouter([.provider(provider, limits: .init())], clock: realClock())
        let task = Task {
            try await router.job(detector: NoDetector()).recognise(0..<16_000, of: NoPCM(), RecognitionOptions())
        }
        await provider.asked.wait()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("the engine of this machine does what every provider refuses, in parts that it takes")
    func local() async throws {
        let time = FakeTime()
        let outages = Array(repeating: ProviderError("groq", .unavailable(status: 500)), count: 3)
        let provider = CountingProvider(faults: outages) { _ in }
        let engine = LocalEngine()
        let router = ProviderRouter([.provider(provider, limits: .init()), .local(engine)], clock: time.clock())
        let recognition = try await router.job(detector: NoDetector()).recognise(
            0..<PCMFormat.sample(at: 100), of: NoPCM(), RecognitionOptions())
        #expect(engine.ranges.withLock { $0 }.allSatisfy { $0.count <= PCMFormat.sample(at: 28) })
        #expect(recognition.words.count == engine.ranges.withLock { $0.count })
        #expect(recognition.sources.map(\.engine) == ["local"])
        #expect(recognition.sources.map(\.cost) == [0])
    }

    @Test("a job's deadline ends its tries")
    func deadline() async throws {
        let time = FakeTime()
        let outages = Array(repeating: ProviderError("groq", .slowUpload, retryAfter: 50), count: 3)
        let provider = CountingProvider(faults: outages) { _ in }
        let router = ProviderRouter([.provider(provider, limits: .init())], clock: time.clock())
        let job = router.job(detector: NoDetector(), within: 60)
        let error = await #expect(throws: EngineError.self) {
            _ = try await job.recognise(0..<16_000, of: NoPCM(), RecognitionOptions())
        }
        #expect(error?.description == "The time allowed for this transcription is over.")
    }

    @Test("what one process used is known to the next")
    func carriedOver() async throws {
        let time = FakeTime()
        let limits = RateLedger.Limits(audioSecondsPerHour: 100)
        let first = ProviderRouter([.provider(CountingProvider { _ in }, limits: limits)], clock: time.clock())
        _ = try await first.job(detector: NoDetector()).recognise(
            0..<PCMFormat.sample(at: 90), of: NoPCM(), RecognitionOptions())
        let kept = try JSONDecoder().decode(
            [String: RateLedger].self, from: try JSONEncoder().encode(await first.ledgers))
        let second = ProviderRouter(
            [.provider(CountingProvider { _ in }, limits: limits)], ledgers: kept, clock: time.clock())
        await #expect(throws: EngineError.self) {
            _ = try await second.job(detector: NoDetector(), within: 60).recognise(
                0..<PCMFormat.sample(at: 20), of: NoPCM(), RecognitionOptions())
        }
    }

    private func realClock() -> RouterClock {
        RouterClock(
            now: { Date().timeIntervalSince1970 }, sleep: { try await Task.sleep(for: .seconds($0)) })
    }
}

// MARK: - Scripted ports

private final class CountingProvider: ProviderRecognizer {
    let capabilities = RecognizerCapabilities(
        engine: "groq", model: "m", input: .encoded(EncodedInput(formats: [.opus], maximumBytes: 25_000_000)))
    let asked = Signal()
    private let faults: Guarded<[ProviderError]>
    private let count: @Sendable (Double) -> Void

    init(faults: [ProviderError] = [], _ count: @escaping @Sendable (Double) -> Void) {
        self.faults = Guarded(faults)
        self.count = count
    }

    func attempt(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions, within seconds: Double
    ) async throws -> (recognition: Recognition, rate: RateObservation) {
        await asked.give()
        if let fault = faults.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw fault }
        count(PCMFormat.seconds(range.count))
        await Task.yield()
        return (Recognition(text: "fine"), RateObservation())
    }
}

private final class LocalEngine: Recognizer {
    let capabilities = RecognizerCapabilities(engine: "local", model: "m")
    let ranges = Mutex([Range<Int>]())

    func recognise(_ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions) async throws -> Recognition {
        ranges.withLock { $0.append(range) }
        return Recognition(text: "part\(range.lowerBound)")
    }
}

private struct NoDetector: SpeechDetector {
    func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>] {
        // Ten seconds of speech, half a second of silence.
        stride(from: range.lowerBound, to: range.upperBound, by: 168_000).map {
            $0..<min($0 + 160_000, range.upperBound)
        }
    }
}

private struct NoPCM: PCM {
    let descriptor: CInt = -1
    let channels = 1
}

private actor Signal {
    private var isGiven = false
    private var waiters: [CheckedContinuation<Void, Never>] = []

    func give() {
        isGiven = true
        for waiter in waiters { waiter.resume() }
        waiters = []
    }

    func wait() async {
        if isGiven { return }
        await withCheckedContinuation { waiters.append($0) }
    }
}
