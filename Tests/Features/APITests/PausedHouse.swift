import API
import Accounts
import HTTPTypes
import Jobs
import Scheduling
import Synchronization
import Telemetry
import Transcription
import Transcripts
import Uploads

/// Transcriptions whose queue takes jobs and starts none, over memory alone.
struct PausedHouse {
    let transcriptions: Transcriptions
    let store: MemoryJobStore
    let uploads: UploadDesk
    let keys: KeyRegistry

    init() async throws {
        let clock = StillClock()
        uploads = UploadDesk(
            MemoryUploadVault(clock: clock), limits: .init(length: 1 << 20, lifetime: 60), clock: clock)
        keys = try await KeyRegistry.open(MemoryAPIKeyStore(), clock: clock) { $0 }
        store = MemoryJobStore(rules: JobRules(clock: clock))
        try await store.setPaused(true)
        transcriptions = Transcriptions(
            .init(
                store: store, vault: StubVault(), cache: NoTranscriptCache(), engines: StubEngines(),
                decoder: StubDecoder(), fetcher: StubFetcher(), clock: clock),
            .init(places: [.short: 1, .bulk: 1]), metrics: Metrics(),
            digest: { String(decoding: $0, as: UTF8.self) })
    }

    func api() -> API {
        API(
            transcriptions, uploads: uploads, keys: keys, limits: .init(upload: 1 << 20, files: 2), providers: ["auto"],
            model: nil,
            metrics: Metrics(),
            about: .init(
                version: "0", engine: "stub", model: "stub", device: "cpu", workers: 1, gauges: { [] },
                gpuStatus: { .text("") }, estimate: { _, _ in throw JobFailure.cancelled }))
    }

    func send(_ text: String, owner: Owner = .local) async throws -> Admission {
        let wish = TranscriptionWish(engine: EngineWish(providers: ["auto"]))
        let intake = try await transcriptions.receive(
            JobDraft(owner: owner, name: "a", isDurable: false), wish, expectedBytes: nil)
        try await intake.append(Array(text.utf8))
        return try await intake.finish(wish)
    }
}

private struct StillClock: JobClock {
    func now() -> JobInstant { JobInstant(monotonic: 0, wall: 0) }
}

private struct StubVault: MediaVault {
    func receive(atMost bytes: Int64?) -> any MediaIntake { StubIntake() }
    func open(_ name: String) throws(MediaVaultError) -> any MediaSource { throw .gone }
    func remove(_ name: String) {}
    func names() -> Set<String> { [] }
    func room() -> Int64 { 1 << 30 }
}

private final class StubIntake: MediaIntake {
    private let bytes = Mutex<[UInt8]>([])

    var descriptor: CInt { -1 }
    var extent: MediaExtent { MediaExtent(available: Int64(bytes.withLock { $0.count }), isComplete: true) }

    func append(_ more: [UInt8]) { bytes.withLock { $0 += more } }
    func wait(forBytesBefore end: Int64) -> MediaExtent { extent }
    func complete() -> MediaDigest {
        bytes.withLock { MediaDigest(sha256: String(decoding: $0, as: UTF8.self), bytes: Int64($0.count)) }
    }
    func fail(_ error: Transcription.DecodingError) {}
    func keep(as name: String) {}
}

private struct StubEngines: EngineDirectory {
    func choose(_ wish: EngineWish) -> EngineAssignment { EngineAssignment(engine: "stub", model: "stub") }
    func workplace(_ assignment: EngineAssignment, turn: @escaping @Sendable () -> WorkTurn) throws -> Workplace {
        throw JobFailure.cancelled
    }
}

private struct StubDecoder: AudioDecoder {
    func decode(
        _ media: any MediaSource, _ options: DecodingOptions
    ) -> AsyncThrowingStream<DecodingEvent, any Error> { AsyncThrowingStream { $0.finish() } }
}

private struct StubFetcher: MediaFetcher {
    func fetch(_ address: String, into intake: any MediaIntake) throws { throw JobFailure.cancelled }
    func check(_ address: String) {}
}
