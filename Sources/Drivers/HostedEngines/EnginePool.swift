import Glibc
public import HostProcesses
public import Transcription

/// A fixed number of engine hosts with the same model, each used by one request at a time.
public actor EnginePool {
    private let clients: [EngineHostClient]
    private var free: [EngineHostClient]
    private var waiting: [CheckedContinuation<EngineHostClient, Never>] = []

    /// - Parameters:
    ///   - executable: path of `stentor-host`.
    ///   - slots: hosts; each loads the model for itself.
    public init(executable: String, setup: EngineSetup, slots: Int) {
        clients = (0..<max(1, slots)).map { _ in EngineHostClient(executable: executable, setup: setup) }
        free = clients.reversed()
    }

    /// Loads the first host's model and returns what it can do. Throws `EngineError`.
    public func prepare() async throws -> RecognizerCapabilities? {
        try await withClient { try await $0.capabilities() }
    }

    /// Ends all hosts, once no request is under way.
    public func stop() async {
        for client in clients { await client.stop() }
    }

    /// Gives `work` a host for itself. The one that was used last comes first: its memory is warm, and an idle host is
    /// started only when it is needed.
    func withClient<Result: Sendable>(
        _ work: @Sendable (EngineHostClient) async throws -> Result
    ) async throws -> Result {
        let client = await take()
        defer { give(client) }
        return try await work(client)
    }

    private func take() async -> EngineHostClient {
        if let client = free.popLast() { return client }
        // Every holder gives back, cancelled ones within a second, so this wait ends.
        return await withCheckedContinuation { waiting.append($0) }
    }

    private func give(_ client: EngineHostClient) {
        if waiting.isEmpty {
            free.append(client)
        } else {
            waiting.removeFirst().resume(returning: client)
        }
    }
}

extension EnginePool: SpeechDetector {
    public func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>] {
        let descriptor = try Descriptor(duplicating: pcm.descriptor)
        return try await withRetry { try await $0.detectSpeech(range, descriptor) }
    }

    /// Detection has no chunk to lose: a host that died is replaced once.
    private func withRetry<Result: Sendable>(
        _ work: @Sendable (EngineHostClient) async throws -> Result
    ) async throws -> Result {
        do {
            return try await withClient(work)
        } catch let error as EngineError where error.costsOnlyThisTry {
            return try await withClient(work)
        }
    }
}

/// The pool as a recogniser, once its model is known.
public struct HostedRecognizer: Recognizer {
    public let capabilities: RecognizerCapabilities
    private let pool: EnginePool

    public init(_ pool: EnginePool, capabilities: RecognizerCapabilities, slots: Int) {
        self.pool = pool
        self.capabilities = capabilities.with(concurrency: slots)
    }

    public func recognise(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
    ) async throws -> Recognition {
        let descriptor = try Descriptor(duplicating: pcm.descriptor)
        return try await pool.withClient { try await $0.recognise(range, descriptor, options) }
    }
}

extension RecognizerCapabilities {
    fileprivate func with(concurrency: Int) -> RecognizerCapabilities {
        var copy = self
        copy.concurrency = concurrency
        return copy
    }
}
