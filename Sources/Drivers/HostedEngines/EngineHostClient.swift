import EventLoops
import Glibc
import HostProcesses
import Transcription

/// One engine host: starts it when it is needed, gives it one request at a time, and replaces it when it has died.
actor EngineHostClient {
    /// Loading the largest model from a cold disk.
    private static let loadLimit = Duration.seconds(120)
    /// Starts that may fail in a row before the engine counts as unusable.
    private static let mostFailedStarts = 3

    private struct Host {
        let child: ChildProcess
        let stopsInsideChunk: Bool
        let capabilities: RecognizerCapabilities?
    }

    private let executable: String
    private let setup: EngineSetup
    private var host: Host?
    private var nextID = 0
    private var failedStarts = 0
    /// Hosts started so far.
    private(set) var starts = 0
    private var served = 0
    private let recycleAfter: Int?

    init(executable: String, setup: EngineSetup, recycleAfter: Int? = nil) {
        self.executable = executable
        self.setup = setup
        self.recycleAfter = recycleAfter
    }

    /// What the loaded model can do; starts the host if it is not there.
    func capabilities() async throws -> RecognizerCapabilities? {
        try await running().capabilities
    }

    func detectSpeech(_ range: Range<Int>, _ pcm: Descriptor) async throws -> [Range<Int>] {
        let reply = try await perform(pcm, limit: .seconds(60)) { .detectSpeech(id: $0, range: range) }
        guard case .speech(_, let spans) = reply else { throw broken() }
        return spans.map { $0.clamped(to: range) }
    }

    func recognise(
        _ range: Range<Int>, _ pcm: Descriptor, _ options: RecognitionOptions
    ) async throws -> Recognition {
        // Twenty times real time and half a minute: slower than that is a hang.
        let limit = Duration.seconds(30 + 20 * PCMFormat.seconds(range.count))
        let reply = try await perform(pcm, limit: limit) { .recognise(id: $0, range: range, options) }
        guard case .recognised(_, let recognition) = reply else { throw broken() }
        return recognition
    }

    func embed(_ windows: [Int], _ pcm: Descriptor) async throws -> VoicePrints {
        let reply = try await perform(pcm, limit: .seconds(120)) { .embedVoices(id: $0, windows: windows) }
        guard case .voices(_, let prints) = reply, prints.count == windows.count else { throw broken() }
        return prints
    }

    /// Turns of a whole recording. The host goes afterwards: it is rarely asked, and holds its models in memory.
    func diarize(
        _ samples: Int, _ wish: SpeakerWish, _ pcm: Descriptor, _ report: @escaping @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn] {
        // As slow as recognition may be, twice over where the number of speakers was missed.
        let limit = Duration.seconds(60 + 10 * PCMFormat.seconds(samples))
        let turns = Guarded<[SpeakerTurn]>([])
        let reply = try await perform(pcm, limit: limit, request: { .diarize(id: $0, samples: samples, wish) }) {
            reply in
            switch reply {
            case .working(_, let share): report(min(max(share, 0), 1))
            case .turns(_, let part, isLast: false): try turns.withLock { try Self.add(part, to: &$0) }
            default: return true
            }
            return false
        }
        guard case .turns(_, let part, isLast: true) = reply else { throw broken() }
        await stop()
        return try turns.withLock { all in
            try Self.add(part, to: &all)
            return all
        }
    }

    /// More turns than anybody takes in three hours come from a host that is broken.
    private static func add(_ part: [SpeakerTurn], to turns: inout [SpeakerTurn]) throws {
        guard turns.count + part.count <= 200_000 else {
            throw EngineError(.crashed, "The engine host broke the protocol.")
        }
        turns += part
    }

    /// Ends the host, if there is one; no request may be under way.
    func stop() async {
        guard let ending = host else { return }
        host = nil
        await ending.child.end()
    }

    // MARK: - One request

    private func perform(
        _ pcm: Descriptor, limit: Duration, _ request: (Int) -> EngineRequest
    ) async throws -> EngineReply {
        try await perform(pcm, limit: limit, request: request) { _ in true }
    }

    /// - Parameter isLast: looks at each reply; what comes before the last is only told.
    private func perform(
        _ pcm: Descriptor, limit: Duration, request: (Int) -> EngineRequest,
        until isLast: @escaping @Sendable (EngineReply) throws -> Bool
    ) async throws -> EngineReply {
        try Task.checkCancellation()
        if let recycleAfter, served >= recycleAfter { await stop() }
        let host = try await running()
        nextID += 1
        served += 1
        let id = nextID
        let guardian = RequestGuardian(child: host.child)
        do {
            try host.child.send(request(id), descriptors: [pcm])
            let reply = try await withTaskCancellationHandler {
                try await guardian.within(limit) {
                    while true {
                        let reply = try await host.child.receive().message(EngineReply.self)
                        if try isLast(reply) { return reply }
                    }
                }
            } onCancel: {
                host.stopsInsideChunk ? guardian.cancelGently(id) : host.child.kill()
            }
            return try accept(reply, id)
        } catch let error as EngineError {
            throw error
        } catch {
            self.host = nil
            host.child.kill()
            try Task.checkCancellation()
            if guardian.hasTimedOut { throw EngineError(.timedOut, "The engine took too long and was stopped.") }
            throw EngineError(.crashed, "The engine failed on this part: \(error).")
        }
    }

    /// An answer to another request, or of another kind, comes from a host that is broken.
    private func accept(_ reply: EngineReply, _ id: Int) throws -> EngineReply {
        switch reply {
        case .speech(id, _), .recognised(id, _), .voices(id, _), .turns(id, _, isLast: true): return reply
        case .failed(id, let error): throw error.code == .cancelled ? CancellationError() : error
        default: throw broken()
        }
    }

    private func broken() -> EngineError { EngineError(.crashed, "The engine host broke the protocol.") }

    // MARK: - Starting

    private func running() async throws -> Host {
        if let host { return host }
        do {
            let started = try await start()
            failedStarts = 0
            host = started
            return started
        } catch let error as EngineError {
            throw error
        } catch {
            try Task.checkCancellation()
            failedStarts += 1
            // A wrong model ends the process; so may bad luck, which is tried again.
            if failedStarts >= Self.mostFailedStarts || error is SystemError {
                throw EngineError(
                    .unusable, "The engine cannot be started with the model “\(setup.model)”: \(error).")
            }
            return try await running()
        }
    }

    private func start() async throws -> Host {
        let child = try ChildProcess(executable: executable, arguments: ["stentor-host", "engine"])
        starts += 1
        served = 0
        let guardian = RequestGuardian(child: child)
        return try await withTaskCancellationHandler {
            try child.send(EngineRequest.load(setup))
            switch try await guardian.within(Self.loadLimit, { try await child.receive().message(EngineReply.self) }) {
            case .ready(let capabilities, let stops):
                return Host(child: child, stopsInsideChunk: stops, capabilities: capabilities)
            case .unusable(let error): throw error
            default: throw broken()
            }
        } onCancel: {
            child.kill()
        }
    }
}
