import Jobs
import Scheduling
import Synchronization
import Telemetry
import Testing
import Transcription
import Transcripts

/// Transcriptions over a store in memory and an engine that does what a test says.
struct ScriptedHouse {
    let transcriptions: Transcriptions
    let store: MemoryJobStore
    let vault: MemoryVault
    let engine: ScriptedEngine
    let cache: ScriptedCache
    let clock = TestClock()

    init(
        retries: Int = 2, waiting: Int = 1000, places: [Lane: Int] = [.short: 2, .bulk: 1],
        timeout: Double = 1800, lease: Double = 30, audioSeconds: Double = 10
    ) {
        store = MemoryJobStore(
            rules: JobRules(
                retry: RetryPolicy(retries: retries, delay: 0), waitingPerOwner: waiting, clock: clock))
        vault = MemoryVault()
        engine = ScriptedEngine()
        cache = ScriptedCache()
        transcriptions = Transcriptions(
            .init(
                store: store, vault: vault, cache: cache, engines: engine,
                decoder: LengthDecoder(seconds: audioSeconds), fetcher: NoFetcher(), clock: clock),
            .init(places: places, lease: lease, timeout: timeout), metrics: Metrics(),
            digest: { bytes in String(bytes.reduce(into: UInt64(5381)) { $0 = $0 &* 33 &+ UInt64($1) }, radix: 16) })
    }

    /// Another node of the same installation.
    init(beside other: ScriptedHouse, wire: any NewsWire, configuration: Dispatcher.Configuration) {
        store = other.store
        vault = other.vault
        cache = other.cache
        engine = ScriptedEngine()
        transcriptions = Transcriptions(
            .init(
                store: store, vault: vault, cache: cache, engines: engine, decoder: LengthDecoder(seconds: 10),
                fetcher: NoFetcher(), clock: clock, wire: wire),
            configuration, metrics: Metrics(),
            digest: { bytes in String(bytes.reduce(into: UInt64(5381)) { $0 = $0 &* 33 &+ UInt64($1) }, radix: 16) })
    }

    static let wish = TranscriptionWish(engine: EngineWish(providers: ["auto"], language: "en"))

    /// Runs the dispatcher around `body`.
    func running(_ body: () async throws -> Void) async throws {
        let transcriptions = transcriptions
        let work = Task { try await transcriptions.run() }
        do {
            try await body()
        } catch {
            work.cancel()
            await transcriptions.drain(patience: .zero)
            throw error
        }
        await transcriptions.drain(patience: .zero)
        work.cancel()
        _ = await work.result
    }

    func send(
        _ content: String, id: String? = nil, owner: Owner = .local, durable: Bool = false,
        wish: TranscriptionWish = Self.wish
    ) async throws -> Admission {
        let intake = try await transcriptions.receive(
            JobDraft(id: id.flatMap { JobID($0) }, owner: owner, name: "a.wav", isDurable: durable), wish,
            expectedBytes: nil)
        try await intake.append(Array(content.utf8))
        return try await intake.finish(wish)
    }

    func ending(of admission: Admission, owner: Owner = .local) async throws -> Result<Transcript, JobFailure> {
        switch admission {
        case .known(_, let transcript): return .success(transcript)
        case .accepted(let id, _, _):
            let ending = try await transcriptions.ending(of: id, owner: owner)
            await transcriptions.release(admission)
            return ending
        }
    }
}

final class TestClock: JobClock {
    private let now_ = Mutex(JobInstant(monotonic: 1000, wall: 1_700_000_000))

    func advance(by seconds: Double) { now_.withLock { $0.monotonic += seconds } }

    func now() -> JobInstant {
        now_.withLock { instant in
            // Every look is a little later: nothing depends on standing still.
            instant.monotonic += 0.001
            instant.wall += 0.001
            return instant
        }
    }
}

/// Says that so much audio is there.
struct LengthDecoder: AudioDecoder {
    struct Sound: PCM {
        let descriptor: CInt = -1
    }

    let seconds: Double

    func decode(
        _ media: any MediaSource, _ options: DecodingOptions
    ) -> AsyncThrowingStream<DecodingEvent, any Error> {
        AsyncThrowingStream { stream in
            let description = MediaDescription(
                container: "t", codec: "t", sampleRate: 16000, channels: 1, audioTracks: 1, duration: seconds)
            stream.yield(.opened(description, Sound()))
            stream.yield(.finished(samples: PCMFormat.sample(at: seconds), remark: nil))
            stream.finish()
        }
    }
}

/// One engine; each chunk asks `answer`.
final class ScriptedEngine: EngineDirectory {
    typealias Answer = @Sendable (Range<Int>) async throws -> Recognition

    private let answer = Mutex<Answer>({ _ in Recognition(text: "words") })
    private let asked = Mutex(0)

    var count: Int { asked.withLock(\.self) }

    func answer(_ new: @escaping Answer) { answer.withLock { $0 = new } }

    func choose(_ wish: EngineWish) async throws(JobFailure) -> EngineAssignment {
        if wish.model == "none" { throw JobFailure(.permanent, code: "no_such_model", "There is no such model.") }
        return EngineAssignment(engine: "test", model: "m")
    }

    func workplace(
        _ assignment: EngineAssignment, turn: @escaping @Sendable () -> WorkTurn
    ) async throws -> Workplace {
        Workplace(detector: AllSpeech(), recognizer: Asking(engine: self))
    }

    private struct AllSpeech: SpeechDetector {
        func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>] { [range] }
    }

    private struct Asking: Recognizer {
        let engine: ScriptedEngine
        let capabilities = RecognizerCapabilities(engine: "test", model: "m", concurrency: 1)

        func recognise(
            _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
        ) async throws -> Recognition {
            engine.asked.withLock { $0 += 1 }
            return try await engine.answer.withLock(\.self)(range)
        }
    }
}

actor ScriptedCache: TranscriptCache {
    private var transcripts: [String: Transcript] = [:]
    func transcript(for key: String) -> Transcript? { transcripts[key] }
    func peek(_ key: String) -> Transcript? { transcripts[key] }
    func store(_ transcript: Transcript, for key: String) { transcripts[key] = transcript }
    func remove(_ key: String) { transcripts[key] = nil }
    func clear() { transcripts = [:] }
    func statistics() -> CacheStatistics { CacheStatistics() }
    var count: Int { transcripts.count }
}

/// Media in memory, with a disk that can be full.
actor MemoryVault: MediaVault {
    private var kept: [String: [UInt8]] = [:]
    private var isFull = false

    func fill(_ full: Bool) { isFull = full }

    func receive(atMost bytes: Int64?) throws(MediaVaultError) -> any MediaIntake {
        if isFull { throw .noRoom }
        return MemoryIntake(vault: self)
    }

    func open(_ name: String) throws(MediaVaultError) -> any MediaSource {
        guard kept[name] != nil else { throw .gone }
        return MemoryIntake(vault: self)
    }

    func remove(_ name: String) { kept[name] = nil }
    func names() -> Set<String> { Set(kept.keys) }
    func room() -> Int64 { isFull ? 0 : 1 << 30 }

    fileprivate func keep(_ bytes: [UInt8], as name: String) throws(MediaVaultError) {
        if isFull { throw .noRoom }
        kept[name] = bytes
    }
}

final class MemoryIntake: MediaIntake {
    private let vault: MemoryVault
    private let bytes = Mutex<[UInt8]>([])

    init(vault: MemoryVault) { self.vault = vault }

    var descriptor: CInt { -1 }
    var extent: MediaExtent { MediaExtent(available: 0, isComplete: true) }
    func wait(forBytesBefore end: Int64) async throws -> MediaExtent { extent }
    func append(_ new: [UInt8]) async throws(MediaVaultError) { bytes.withLock { $0 += new } }
    func complete() async throws(MediaVaultError) -> MediaDigest {
        let all = bytes.withLock(\.self)
        return MediaDigest(sha256: String(decoding: all, as: UTF8.self), bytes: Int64(all.count))
    }
    func fail(_ error: Transcription.DecodingError) async {}
    func keep(as name: String) async throws(MediaVaultError) {
        try await vault.keep(bytes.withLock(\.self), as: name)
    }
}

struct NoFetcher: MediaFetcher {
    func fetch(_ address: String, into intake: any MediaIntake) async throws {
        try await intake.append(Array("fetched".utf8))
    }
    func check(_ address: String) throws(JobFailure) {}
}

/// Lets tasks wait until something has happened.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}

final class Flag: Sendable {
    private let state = Mutex(false)
    var isRaised: Bool { state.withLock(\.self) }
    func raise() { state.withLock { $0 = true } }
}
