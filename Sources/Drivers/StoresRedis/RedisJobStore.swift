public import Jobs
public import Redis

/// The queue on a Redis server (7 or later, or Valkey), for many servers and workers at once.
///
/// Each method is one script that the server runs in one step, and every visible write of a worker checks the fencing
/// number there. Moments are the server's own. What is answered was written to the server's log first when it runs with
/// `appendfsync always`, which `RedisChecks` looks at.
public struct RedisJobStore: JobStore {
    public let client: RedisClient
    let rules: JobRules
    let names: NamePool
    /// Begins every key; in braces, so that a cluster keeps all of them together.
    let prefix: String
    /// This process: what only it holds is claimed by it alone.
    let node: String
    /// Nil asks the server what time it is.
    let clock: (any JobClock)?
    /// Names handed to a script that ends something; more are made from the first.
    let namesAtOnce: Int

    /// - Parameters:
    ///   - rules: their clock is not asked, see `clock`.
    ///   - prefix: names an installation: letters, digits and dashes.
    ///   - node: names this process among all that share the queue, and no other before or after it.
    ///   - clock: for tests alone; a queue is shared by machines whose clocks differ.
    public init(
        _ client: RedisClient, rules: JobRules, prefix: String = "stentor", node: String? = nil,
        clock: (any JobClock)? = nil, namesAtOnce: Int = 1
    ) {
        self.client = client
        self.rules = rules
        self.prefix = "{\(prefix)}"
        self.node = node ?? JobRules.randomExecutionID().text
        self.clock = clock
        self.namesAtOnce = namesAtOnce
        names = NamePool(rules.newExecutionID)
    }

    /// - Parameter isIdempotent: it may be run again when its answer was lost.
    func run(
        _ text: RedisScriptText, _ arguments: [any RedisArgument], isIdempotent: Bool = false
    ) async throws(JobStoreError) -> RedisValue {
        let now = clock.map { clock in
            let now = clock.now()
            return "\(now.monotonic) \(now.wall)"
        }
        do {
            return try await client.run(
                text.script, keys: [prefix], [now ?? ""] + arguments, isIdempotent: isIdempotent)
        } catch {
            throw JobStoreError(error)
        }
    }

    func read(_ text: RedisScriptText, _ arguments: [any RedisArgument]) async throws(JobStoreError) -> RedisValue {
        try await run(text, arguments, isIdempotent: true)
    }

    func call(_ command: RedisCommand) async throws(JobStoreError) -> RedisValue {
        do {
            return try await client.call(command)
        } catch {
            throw JobStoreError(error)
        }
    }

    func key(_ name: String) -> String { "\(prefix):\(name)" }
}

extension JobStoreError {
    /// The one place where a failure of the server becomes the port's.
    init(_ error: RedisError) {
        // MISCONF: it cannot write to its disk.
        if case .refused(let refusal) = error, ["OOM", "MISCONF"].contains(refusal.code) {
            self = .noRoom
        } else {
            self = .broken("\(error)")
        }
    }
}
