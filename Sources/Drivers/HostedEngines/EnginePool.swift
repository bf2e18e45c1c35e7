import Glibc
public import HostProcesses
public import Transcription

/// A fixed number of engine hosts with the same model, each used by one request at a time. Requests that wait go in
/// their turn: a short clip passes an hour's talk between two chunks, or at once where there is an express host, which
/// takes short work only and shares the processors with the others for that moment.
public actor EnginePool {
    private let clients: [EngineHostClient]
    private let express: EngineHostClient?
    private var free: [EngineHostClient]
    private var isExpressFree = true
    private var waiting = TurnQueue<CheckedContinuation<EngineHostClient, any Error>>()
    private var isStopped = false

    /// - Parameters:
    ///   - executable: path of `stentor-host`.
    ///   - slots: hosts; each loads the model for itself.
    ///   - recycleAfter: requests after which a host is replaced, so that what its libraries leak does not add up;
    ///   - hasExpress: one host more for the short lane, started when it is first needed.
    public init(
        executable: String, setup: EngineSetup, slots: Int, recycleAfter: Int? = nil, hasExpress: Bool = false
    ) {
        clients = (0..<max(1, slots)).map { _ in
            EngineHostClient(executable: executable, setup: setup, recycleAfter: recycleAfter)
        }
        free = clients.reversed()
        express =
            hasExpress
            ? EngineHostClient(executable: executable, setup: setup, recycleAfter: recycleAfter) : nil
    }

    /// Loads the first host's model and returns what it can do. Throws `EngineError`.
    public func prepare() async throws -> RecognizerCapabilities? {
        try await withClient(turn: { WorkTurn(lane: -1) }) { try await $0.capabilities() }
    }

    /// Ends all hosts, once no request is under way; who waits is turned away.
    public func stop() async {
        isStopped = true
        while let continuation = waiting.next() { continuation.resume(throwing: CancellationError()) }
        for client in clients { await client.stop() }
        await express?.stop()
    }

    /// How many hosts were started in all, and how many of the slots work now.
    public func figures() async -> (starts: Int, busy: Int, slots: Int) {
        var starts = 0
        for client in clients { starts += await client.starts }
        if let express { starts += await express.starts }
        return (starts, clients.count - free.count, clients.count)
    }

    /// Gives `work` a host for itself. The one that was used last comes first: its memory is warm, and an idle host is
    /// started only when it is needed.
    func withClient<Result: Sendable>(
        turn: @escaping @Sendable () -> WorkTurn, _ work: @Sendable (EngineHostClient) async throws -> Result
    ) async throws -> Result {
        let client = try await take(turn)
        defer { give(client) }
        return try await work(client)
    }

    private func take(_ turn: @escaping @Sendable () -> WorkTurn) async throws -> EngineHostClient {
        guard !isStopped else { throw CancellationError() }
        if let client = free.popLast() { return client }
        if let express, isExpressFree, turn().lane <= Self.expressLane {
            isExpressFree = false
            return express
        }
        let ticket = Ticket()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                ticket.number = waiting.add(continuation, turn: turn)
            }
        } onCancel: {
            // Awaited by nobody: it touches only the queue.
            Task { await self.leave(ticket) }
        }
    }

    private func leave(_ ticket: Ticket) {
        guard let number = ticket.number else { return }
        waiting.remove(number)?.resume(throwing: CancellationError())
    }

    /// The lane of short work.
    private static let expressLane = 0

    private func give(_ client: EngineHostClient) {
        if client === express {
            guard let continuation = waiting.next(upTo: Self.expressLane) else { return isExpressFree = true }
            return continuation.resume(returning: client)
        }
        if let continuation = waiting.next() {
            continuation.resume(returning: client)
        } else {
            free.append(client)
        }
    }

    /// Where a request stands in the queue. Touched by the pool alone.
    private final class Ticket: @unchecked Sendable {
        var number: Int?
    }
}

extension EnginePool: SpeechDetector {
    public func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>] {
        try await HostedDetector(self) { WorkTurn() }.detectSpeech(in: pcm, range: range)
    }
}

/// The pool's speech detector, for one piece of work.
public struct HostedDetector: SpeechDetector {
    private let pool: EnginePool
    private let turn: @Sendable () -> WorkTurn

    public init(_ pool: EnginePool, turn: @escaping @Sendable () -> WorkTurn) {
        self.pool = pool
        self.turn = turn
    }

    public func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>] {
        let descriptor = try Descriptor(duplicating: pcm.descriptor)
        return try await withRetry { try await $0.detectSpeech(range, descriptor) }
    }

    /// Detection has no chunk to lose: a host that died is replaced once.
    private func withRetry<Result: Sendable>(
        _ work: @Sendable (EngineHostClient) async throws -> Result
    ) async throws -> Result {
        do {
            return try await pool.withClient(turn: turn, work)
        } catch let error as EngineError where error.costsOnlyThisTry {
            return try await pool.withClient(turn: turn, work)
        }
    }
}

/// The pool as a recogniser, once its model is known.
public struct HostedRecognizer: Recognizer {
    public let capabilities: RecognizerCapabilities
    private let pool: EnginePool
    private let turn: @Sendable () -> WorkTurn

    /// - Parameter turn: whose work it is, asked each time a chunk waits.
    public init(
        _ pool: EnginePool, capabilities: RecognizerCapabilities, slots: Int,
        turn: @escaping @Sendable () -> WorkTurn = { WorkTurn() }
    ) {
        self.pool = pool
        self.capabilities = capabilities.with(concurrency: slots)
        self.turn = turn
    }

    public func recognise(
        _ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions
    ) async throws -> Recognition {
        let descriptor = try Descriptor(duplicating: pcm.descriptor)
        return try await pool.withClient(turn: turn) { try await $0.recognise(range, descriptor, options) }
    }
}

extension RecognizerCapabilities {
    fileprivate func with(concurrency: Int) -> RecognizerCapabilities {
        var copy = self
        copy.concurrency = concurrency
        return copy
    }
}
