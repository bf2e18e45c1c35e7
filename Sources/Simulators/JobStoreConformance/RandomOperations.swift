public import Jobs
import Synchronization
import Transcription

/// SplitMix64: the same seed gives the same test on every machine.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// One call of a job store.
public enum RandomOperation: Sendable {
    case submit(Submission)
    case settle(ExecutionID, key: String, MediaReference, digest: String?, isDurable: Bool)
    case cancel(JobID, Owner?)
    case retry(JobID)
    case delete(JobID)
    case claim(ClaimRequest)
    case heartbeat(ClaimToken, Double, Lane)
    case checkpoint(ClaimToken, Int, [UInt8])
    case checkpoints(ClaimToken)
    case discard(ClaimToken)
    case finish(ClaimToken, Outcome)
    case reclaim
    case nextDue
    case prune(Double)
    case pause(Bool)
    case position(JobID)
    case result(JobID)
    case announcements(AnnouncementQuery)
    /// The first that is due was sent: in vain, or not.
    case announced(postponedBy: Double?)

    /// The answer as text, errors included: two stores must give the same.
    public func answer(of store: any JobStore) async -> String {
        do {
            switch self {
            case .submit(let submission): return "\(try await store.submit(submission))"
            case .settle(let id, let key, let media, let digest, let isDurable):
                return "\(try await store.settle(id, key: key, media: media, digest: digest, isDurable: isDurable))"
            case .cancel(let id, let owner): return "\(try await store.cancel(id, owner: owner))"
            case .retry(let id): return "\(String(describing: try await store.retry(id, owner: nil)))"
            case .delete(let id): return "\(try await store.delete(id, owner: nil))"
            case .claim(let request): return "\(String(describing: try await store.claim(request)))"
            case .heartbeat(let token, let done, let lane):
                return "\(try await store.heartbeat(token, lease: 20, ExecutionProgress(done: done), lane: lane))"
            case .checkpoint(let token, let number, let bytes):
                return "\(try await store.checkpoint(token, number, bytes))"
            case .checkpoints(let token):
                return "\(try await store.checkpoints(token).sorted { $0.key < $1.key })"
            case .discard(let token): return "\(try await store.discardCheckpoints(token))"
            case .finish(let token, let outcome): return "\(try await store.finish(token, outcome))"
            case .reclaim: return "\(try await store.reclaim())"
            case .nextDue: return "\(String(describing: try await store.nextDue()))"
            case .prune(let wall): return "\(try await store.prune(finishedBefore: wall))"
            case .pause(let isPaused): return "\(try await store.setPaused(isPaused))"
            case .position(let id): return "\(String(describing: try await store.position(of: id)))"
            case .announcements(let query):
                let next = try await store.nextAnnouncement(query)
                return "\(try await store.dueAnnouncements(query)) \(String(describing: next))"
            case .announced(let wait):
                guard let first = try await store.dueAnnouncements(.init(limit: 1)).first else { return "none" }
                if let wait { return "\(try await store.postpone(first.id, by: wait)) \(first.id)" }
                return "\(try await store.removeAnnouncement(first.id)) \(first.id)"
            case .result(let id): return "\(String(describing: try await store.result(of: id, owner: nil)))"
            }
        } catch {
            return "throws \(error)"
        }
    }
}

/// Makes operations that hit the same few jobs, executions and keys again and again, stale tokens included.
public struct RandomOperationMaker {
    private var generator: SeededGenerator
    private let clock: ManualClock
    /// Every claim that was seen; most are stale.
    private var tokens: [ClaimToken] = []
    private var holding: [ClaimToken] = []
    private var executions: [ExecutionID] = [ExecutionID("unknown")]

    public init(seed: Int, clock: ManualClock) {
        generator = SeededGenerator(state: UInt64(seed))
        self.clock = clock
    }

    public mutating func number(_ range: Range<Int>) -> Int { .random(in: range, using: &generator) }

    private mutating func one<Element>(of choices: [Element]) -> Element { choices[number(0..<choices.count)] }

    private mutating func job() -> JobID {
        guard let id = JobID("job-\(number(0..<25))") else { preconditionFailure("not a job id") }
        return id
    }

    private mutating func token() -> ClaimToken {
        if !holding.isEmpty, number(0..<3) > 0 { return one(of: holding) }
        return tokens.isEmpty ? ClaimToken(execution: ExecutionID("unknown"), attempt: 1) : one(of: tokens)
    }

    private mutating func media() -> MediaReference {
        switch number(0..<4) {
        case 0: .passing(name: "passing-\(number(0..<4))")
        case 1: .address("https://example.org/\(number(0..<3))")
        default: .kept(name: "kept-\(number(0..<5))", bytes: 7)
        }
    }

    private mutating func submission() -> Submission {
        Submission(
            id: job(), owner: Owner("owner-\(number(0..<3))"), name: "n", priority: number(-1..<3),
            batch: number(0..<4) == 0 ? JobID("batch") : nil,
            callback: number(0..<3) == 0
                ? try? JobCallback("https://host-\(number(0..<2))/", form: "standard") : nil,
            digest: "digest-\(number(0..<2))",
            isEphemeral: number(0..<3) == 0, key: number(0..<3) == 0 ? nil : "key-\(number(0..<6))",
            order: TranscriptionOrder(engine: "sphinx", model: one(of: ["en-us", "other"])),
            media: number(0..<12) == 0 ? nil : media(),
            audioSeconds: one(of: [nil, 5, 100]), result: number(0..<9) == 0 ? [1, 2] : nil)
    }

    private mutating func outcome() -> Outcome {
        switch number(0..<6) {
        case 0: .released
        case 1: .failed(JobFailure(.permanent, code: "p", "p"))
        case 2: .failed(JobFailure(.transient, code: "t", "t"))
        case 3: .failed(JobFailure(.crash, code: "c", "c"))
        default: .succeeded(result: [UInt8(number(0..<256))], audioSeconds: Double(number(1..<90)))
        }
    }

    public mutating func next() -> RandomOperation {
        switch number(0..<108) {
        case 100..<103:
            return .announcements(
                .init(withoutTargets: number(0..<3) == 0 ? ["https://host-0"] : [], limit: number(0..<5)))
        case 103..<108: return .announced(postponedBy: number(0..<2) == 0 ? Double(number(0..<40)) : nil)
        case 0..<26: return .submit(submission())
        case 26..<46: return .claim(claimRequest())
        case 46..<62: return .finish(token(), outcome())
        case 62..<68: return .heartbeat(token(), Double(number(0..<50)), one(of: Lane.allCases))
        case 68..<72: return .checkpoint(token(), number(0..<4), [UInt8(number(0..<256))])
        case 72..<74: return .checkpoints(token())
        case 74: return .discard(token())
        case 75..<79:
            return .settle(
                one(of: executions), key: "key-\(number(0..<6))", media(), digest: one(of: [nil, "digest-0"]),
                isDurable: number(0..<2) == 0)
        case 79..<83: return .cancel(job(), number(0..<3) == 0 ? Owner("owner-0") : nil)
        case 83..<86: return .retry(job())
        case 86..<88: return .delete(job())
        case 88..<91: return .reclaim
        case 91: return .prune(clock.now().wall - Double(number(0..<200)))
        case 92: return .pause(number(0..<6) == 0)
        case 93..<95: return .nextDue
        case 95..<97: return .position(job())
        default: return .result(job())
        }
    }

    private mutating func claimRequest() -> ClaimRequest {
        ClaimRequest(
            lanes: one(of: [[.short], [.bulk], [.short, .bulk]]), perOwner: number(1..<4),
            lease: Double(number(1..<30)),
            engines: one(of: [
                nil, nil, nil, [], [EngineName(engine: "sphinx")], [EngineName(engine: "sphinx", model: "other")],
            ])
        )
    }

    public mutating func learn(from store: any JobStore) async throws {
        let views = try await store.jobs(JobQuery(owner: nil, limit: 1000))
        executions = [ExecutionID("unknown")] + Set(views.map(\.execution.id)).sorted { $0.text < $1.text }
        let running = views.map(\.execution).filter { $0.state == .running }
        holding = running.map { ClaimToken(execution: $0.id, attempt: $0.attempt) }
        for token in holding where !tokens.contains(token) { tokens.append(token) }
        tokens = tokens.suffix(12)
    }

    /// Rules whose chance and names are the same for every store.
    public static func rules(_ clock: ManualClock) -> JobRules {
        let count = Mutex(0)
        return JobRules(
            retention: RetentionPolicy(succeededMedia: 60, failedMedia: 300), waitingPerOwner: 6, clock: clock,
            jitter: { 0.5 },
            newExecutionID: {
                ExecutionID(
                    count.withLock {
                        $0 += 1
                        return "execution-\($0)"
                    })
            })
    }
}
