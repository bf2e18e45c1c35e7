import Jobs
import Synchronization

/// One store under test, with short words for what the checks do often.
// Unchecked: the store is set once, before a check begins.
final class Bench: @unchecked Sendable {
    let clock = ManualClock()
    private let findings = Mutex<[String]>([])
    private let idNumber = Mutex(0)
    private var made: (any JobStore)?

    var broken: [String] { findings.withLock { $0 } }

    var rules: JobRules {
        JobRules(clock: clock, jitter: { 1 }, newExecutionID: { self.nextID() })
    }

    private func nextID() -> ExecutionID {
        ExecutionID(
            idNumber.withLock {
                $0 += 1
                return "execution-\($0)"
            })
    }

    var store: any JobStore {
        get {
            guard let made else { preconditionFailure("the check began before its store was made") }
            return made
        }
        set { made = newValue }
    }

    func expect(_ condition: Bool, _ promise: @autoclosure () -> String) {
        guard !condition else { return }
        let promise = promise()
        findings.withLock { $0.append(promise) }
    }

    func expect<Value: Equatable>(_ value: Value, is wanted: Value, _ promise: String) {
        expect(value == wanted, "\(promise): \(value) instead of \(wanted)")
    }

    /// The error of the port that `body` throws.
    func error(_ body: () async throws -> Void) async -> JobStoreError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? JobStoreError ?? .broken("an error of another type: \(error)")
        }
    }

    static func id(_ text: String) -> JobID {
        guard let id = JobID(text) else { preconditionFailure("not a job id: \(text)") }
        return id
    }

    static func submission(
        _ id: String, owner: String = "anna", key: String? = nil, priority: Int = 0, isEphemeral: Bool = false,
        media: MediaReference? = .kept(name: "media", bytes: 10), seconds: Double? = 10, digest: String = "digest",
        batch: String? = nil, result: [UInt8]? = nil, callback: JobCallback? = nil
    ) -> Submission {
        Submission(
            id: Self.id(id), owner: Owner(owner), name: "\(id).ogg", priority: priority,
            batch: batch.map { Self.id($0) }, callback: callback, digest: digest,
            isEphemeral: isEphemeral, key: key,
            order: TranscriptionOrder(language: "en", engine: "sphinx", model: "en-us", warnings: ["w"]), media: media,
            audioSeconds: seconds, result: result)
    }

    @discardableResult
    func submit(
        _ id: String, owner: String = "anna", key: String? = nil, priority: Int = 0, isEphemeral: Bool = false,
        media: MediaReference? = .kept(name: "media", bytes: 10), seconds: Double? = 10
    ) async throws -> JobView {
        try await store.submit(
            Self.submission(
                id, owner: owner, key: key, priority: priority, isEphemeral: isEphemeral, media: media,
                seconds: seconds)
        ).view
    }

    func claim(
        _ lanes: Set<Lane> = [.short, .bulk], perOwner: Int = 100, lease: Double = 30
    ) async throws -> Claim? {
        try await store.claim(ClaimRequest(lanes: lanes, perOwner: perOwner, lease: lease))
    }

    /// The name of the job that is claimed next.
    func next(_ lanes: Set<Lane> = [.short, .bulk], perOwner: Int = 100) async throws -> String? {
        try await claim(lanes, perOwner: perOwner)?.jobs.first?.id.text
    }

    /// The same for a worker with these engines.
    func next(engines: Set<EngineName>) async throws -> String? {
        let request = ClaimRequest(lanes: Set(Lane.allCases), perOwner: 100, engines: engines)
        return try await store.claim(request)?.jobs.first?.id.text
    }

    func mustClaim(lease: Double = 30) async throws -> Claim {
        guard let claim = try await claim(lease: lease) else { throw JobStoreError.broken("nothing can be claimed") }
        return claim
    }

    func state(_ id: String) async throws -> ExecutionState? {
        try await store.job(Self.id(id), owner: nil)?.state
    }

    func succeed(_ claim: Claim, _ result: [UInt8] = [1]) async throws -> Finished {
        try await store.finish(claim.token, .succeeded(result: result, audioSeconds: 10))
    }

    func fail(_ claim: Claim, _ kind: JobFailure.Kind) async throws -> Finished {
        try await store.finish(claim.token, .failed(JobFailure(kind, code: "code", "It failed; try again.")))
    }
}
