public import Jobs
internal import Redis

extension RedisJobStore {
    public func claim(_ request: ClaimRequest) async throws(JobStoreError) -> Claim? {
        let lanes: [any RedisArgument] = request.lanes.sorted().map(\.rawValue)
        // A line break alone is no engine; nothing at all is every engine.
        let engines = request.engines.map { "\n" + $0.map(\.text).sorted().joined(separator: "\n") } ?? ""
        let reply = try await run(
            Lua.claim,
            [node, Owner.local.text, request.perOwner, request.perBatch, request.lease, engines] + lanes)
        guard !reply.isNull else { return nil }
        let parts = try reply.items(2)
        return Claim(
            execution: try Coding.execution(try parts[0].word(), try parts[1].raw()), jobs: try reply.jobs(from: 2))
    }

    public func nextDue() async throws(JobStoreError) -> Double? {
        let reply = try await read(Lua.nextDue, [])
        return reply.isNull ? nil : Double(try reply.word())
    }

    public func heartbeat(
        _ token: ClaimToken, lease: Double, _ progress: ExecutionProgress, lane: Lane
    ) async throws(JobStoreError) -> Heartbeat {
        let total = progress.total.map { "\($0)" } ?? ""
        let reply = try await read(
            Lua.heartbeat, [token.execution.text, token.attempt, lease, progress.done, total, lane.rawValue])
        guard !reply.isNull else { throw .leaseLost }
        let parts = try reply.items(2)
        return Heartbeat(isEphemeral: try parts[0].number() == 1, priority: try parts[1].number())
    }

    public func checkpoint(_ token: ClaimToken, _ number: Int, _ bytes: [UInt8]) async throws(JobStoreError) {
        let reply = try await read(Lua.checkpoint, [token.execution.text, token.attempt, number, bytes])
        guard !reply.isNull else { throw .leaseLost }
    }

    public func checkpoints(_ token: ClaimToken) async throws(JobStoreError) -> [Int: [UInt8]] {
        let reply = try await read(Lua.checkpoints, [token.execution.text, token.attempt])
        guard !reply.isNull else { throw .leaseLost }
        let parts = try reply.items()
        var found: [Int: [UInt8]] = [:]
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            guard let number = Int(try parts[index].word()) else { throw Coding.unreadable("checkpoint") }
            found[number] = try parts[index + 1].raw()
        }
        return found
    }

    public func discardCheckpoints(_ token: ClaimToken) async throws(JobStoreError) {
        guard !(try await read(Lua.discard, [token.execution.text, token.attempt])).isNull else { throw .leaseLost }
    }

    public func finish(_ token: ClaimToken, _ outcome: Outcome) async throws(JobStoreError) -> Finished {
        var (what, result, seconds, failure, kind) = ("r", [UInt8](), 0.0, "", "")
        switch outcome {
        case .succeeded(let bytes, let length): (what, result, seconds) = ("s", bytes, length)
        case .failed(let reason): (what, failure, kind) = ("f", try Coding.json(reason), reason.kind.rawValue)
        case .released: break
        }
        let (policy, retention) = (rules.retry, rules.retention)
        let drawn = names.draw(namesAtOnce)
        let attempt: [any RedisArgument] = [token.execution.text, token.attempt, what, result, seconds, failure, kind]
        let retries: [any RedisArgument] = [
            rules.jitter(), policy.retries, policy.delay, policy.longestDelay, policy.crashLimit,
        ]
        let keeping: [any RedisArgument] = [retention.succeededMedia, retention.failedMedia]
        // Only a text needs room; whatever else ends an attempt works on a full server too.
        let reply = try await run(
            what == "s" ? Lua.finishGrowing : Lua.finishSmall, attempt + retries + keeping + drawn.map(\.text)
        ).items(2)
        names.giveBack(drawn[min(drawn.count, try reply[1].number())...])
        guard try reply[0].word() == "done", reply.count == 4 else { throw .leaseLost }
        return Finished(
            execution: try Coding.execution(token.execution.text, try reply[2].items(1)[0].raw()),
            jobs: try reply[2].jobs(from: 1), media: try reply[3].media())
    }

    public func reclaim() async throws(JobStoreError) -> [ExecutionID] {
        var found: [ExecutionID] = []
        for item in try await run(Lua.reclaim, []).items() { found.append(ExecutionID(try item.word())) }
        return found
    }
}

extension Lua {
    static let finishGrowing = finish(isGrowing: true)
    static let finishSmall = finish(isGrowing: false)
}
