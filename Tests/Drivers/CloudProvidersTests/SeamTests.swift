import CloudRouting
import EventLoops
import FakeProviders
import Foundation
import MediaStores
import Testing
import Transcription
import Transcripts
import Workbench

@testable import CloudProviders

/// Twenty minutes of numbered words through decoder, planner, encoder, provider and stitcher.
@Suite("Seams", .serialized)
struct SeamTests {
    private static let seconds = 1200.0
    private static let input = EncodedInput(
        formats: [.opus], maximumBytes: 25_000_000, maximumSeconds: 60, preferredSeconds: 60)

    /// Words at an uneven pace. Every third minute runs on without a silence, so that cuts fall between and into words.
    private static let starts: [Double] = {
        var starts: [Double] = []
        var time = 0.4
        while time < seconds - 1 {
            starts.append((time * 1000).rounded() / 1000)
            let isDense = Int(time / 60) % 3 == 1
            let wobble = Double((starts.count * 7919) % 100) / 100
            time += ToneWords.length + (isDense ? 0.06 + wobble * 0.03 : 0.15 + wobble * 0.8)
        }
        return starts
    }()

    private func media(_ fixture: ProviderFixture) throws -> MediaFile {
        let samples = ToneWords.samples(starts: Self.starts, seconds: Self.seconds)
        let raw = try fixture.bench.write(samples.withUnsafeBytes { Array($0) }, to: "words.raw")
        let path = try fixture.bench.ffmpeg(["-f", "s16le", "-ar", "16000", "-ac", "1", "-i", raw], "words.flac")
        return try MediaFile(path: path.utf8CString.map { $0 })
    }

    private func check(_ transcript: Transcript) {
        let words = transcript.segments.flatMap(\.words)
        #expect(words.map(\.text) == Self.starts.indices.map { "w\($0)" })
        let worst = zip(words, Self.starts).map { abs($0.span.start - $1) }.max() ?? .infinity
        #expect(worst < 0.2)
        #expect(transcript.timelineFault == nil)
    }

    private func transcribe(_ fixture: ProviderFixture, _ recognizer: any Recognizer) async throws -> Transcript {
        try await fixture.transcribe(try media(fixture), recognizer)
    }

    @Test("every word of twenty minutes is there once, at its time, in parts of a minute")
    func everyWordOnce() async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            let transcript = try await transcribe(fixture, fixture.recognizer(.groq, input: Self.input))
            check(transcript)
            let counters = fixture.providers.counters(.groq)
            #expect(counters.requests >= 20)
            #expect(counters.mostAtOnce > 1)
        }
    }

    @Test("parts that failed are sent again alone, and go to the next provider when that does not help")
    func failover() async throws {
        try await ProviderFixture.with { fixture in
            for service in [FakeProviders.Service.groq, .deepgram] {
                fixture.providers.change(service) { $0.hearing = .tones }
            }
            // One part fails three times and moves on; another is cut once and succeeds.
            fixture.providers.script(.groq, [.none, .status(500), .none, .cutAnswer(after: 10)])
            fixture.providers.script(.deepgram, [.truncatedJSON])
            let router = ProviderRouter(
                [
                    .provider(fixture.recognizer(.groq, input: Self.input), limits: .init(concurrency: 1)),
                    .provider(fixture.recognizer(.deepgram, input: Self.input), limits: .init(concurrency: 2)),
                ], clock: FakeTime().clock())
            let transcript = try await transcribe(fixture, router.job(detector: fixture.detector))
            check(transcript)
            let seconds = fixture.providers.counters(.groq).audioSeconds
            // The whole once, the part that was cut twice, and the seconds that overlap.
            #expect(seconds < Self.seconds + 60 + 200)
            #expect(transcript.parts.allSatisfy { $0.engine == "groq" && $0.model == "whisper-large-v3" })
        }
    }

    @Test("a provider that is down from the middle on leaves finished parts, and says who did the rest")
    func secondProvider() async throws {
        try await ProviderFixture.with { fixture in
            for service in [FakeProviders.Service.groq, .deepgram] {
                fixture.providers.change(service) { $0.hearing = .tones }
            }
            fixture.providers.script(
                .groq, Array(repeating: .none, count: 8) + Array(repeating: .status(503), count: 200))
            let router = ProviderRouter(
                [
                    .provider(fixture.recognizer(.groq, input: Self.input), limits: .init(concurrency: 2)),
                    .provider(fixture.recognizer(.deepgram, input: Self.input), limits: .init(concurrency: 2)),
                ], clock: FakeTime().clock())
            let usage = Guarded([ProviderUsage]())
            let job = router.job(detector: fixture.detector, owner: "ada") { record in
                usage.withLock { $0.append(record) }
            }
            let transcript = try await transcribe(fixture, job)
            check(transcript)
            let engines = transcript.parts.map(\.engine)
            #expect(engines.filter { $0 == "groq" }.count == 8)
            #expect(engines.contains("deepgram"))
            #expect(usage.withLock { $0 }.count == transcript.parts.count)
            #expect(usage.withLock { $0 }.allSatisfy { $0.owner == "ada" && $0.cost > 0 })
            // The first parts were paid for once.
            #expect(fixture.providers.counters(.groq).answered == 8)
        }
    }

    @Test("both meanings of 413 split the part, and nothing is lost")
    func split() async throws {
        try await ProviderFixture.with { fixture in
            fixture.providers.change(.groq) { $0.hearing = .tones }
            fixture.providers.script(.groq, [.none, .tooManyBytes, .none, .tooManySeconds(limit: 3000), .none])
            let router = ProviderRouter(
                [.provider(fixture.recognizer(.groq, input: Self.input), limits: .init(concurrency: 1))],
                clock: FakeTime().clock())
            check(try await transcribe(fixture, router.job(detector: fixture.detector)))
        }
    }
}
