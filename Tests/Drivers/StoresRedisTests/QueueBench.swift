import Jobs
import Redis
import StoresRedis

/// Short words for what the tests of faults do often, on the server's own time.
enum QueueBench {
    static func rules() -> JobRules { JobRules(clock: NoClock()) }

    static func store(_ client: RedisClient, node: String? = nil) -> RedisJobStore {
        RedisJobStore(client, rules: rules(), node: node)
    }

    static func submission(
        _ id: String, media: MediaReference = .kept(name: "media", bytes: 10), name: String = "n",
        isEphemeral: Bool = false
    ) throws -> Submission {
        guard let job = JobID(id) else { throw JobStoreError.notFound }
        return Submission(
            id: job, owner: Owner("anna"), name: name, digest: "digest", isEphemeral: isEphemeral, key: nil,
            order: TranscriptionOrder(engine: "sphinx", model: "en-us"), media: media, audioSeconds: 10)
    }

    static func request(lease: Double = 30) -> ClaimRequest {
        ClaimRequest(lanes: [.short, .bulk], perOwner: 1000, lease: lease)
    }

    static func error(_ body: () async throws -> Void) async -> JobStoreError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? JobStoreError ?? .broken("\(error)")
        }
    }

    /// Nobody may ask it.
    struct NoClock: JobClock {
        func now() -> JobInstant { JobInstant(monotonic: .nan, wall: .nan) }
    }
}

extension JobStoreError {
    var isBroken: Bool {
        if case .broken = self { true } else { false }
    }
}
