public import Jobs
internal import Redis

extension RedisJobStore {
    public func submit(_ submission: Submission) async throws(JobStoreError) -> Submitted {
        let template = Self.execution(submission, retention: rules.retention)
        let drawn = names.draw(submission.result == nil ? 1 : 2)
        let request = JobRules.randomExecutionID().text.prefix(10)
        let job = try Coding.fields(submission, request: String(request))
        // Who it came to matters only for what one process alone holds.
        let isOurs =
            switch submission.media {
            case .passing, nil: true
            case .kept, .address: submission.isEphemeral
            }
        let execution = try Coding.fields(template, node: isOurs ? node : "")
        // The same call again finds its own job and says so, so a lost answer is asked for again.
        let reply = try await run(
            Lua.submit,
            [submission.id.text, job, execution, submission.result ?? [], submission.result == nil ? 0 : 1]
                + [rules.waitingPerOwner, submission.audioSeconds == nil ? 0 : 1] + drawn.map(\.text),
            isIdempotent: true
        ).items(2)
        names.giveBack(drawn[min(drawn.count, try reply[1].number())...])
        let what = try reply[0].word()
        switch what {
        case "taken": throw .idTaken
        case "full": throw .tooManyWaiting(retryAfter: try await secondsUntilRoom())
        default: break
        }
        guard reply.count == 3 else { throw Coding.unreadable("reply") }
        let view = try reply[2].view()
        switch what {
        case "queued": return .queued(view)
        case "joined": return .joined(view)
        case "repeated": return .repeated(view)
        default: throw Coding.unreadable("reply")
        }
    }

    /// A new one, or a success when the text is known already.
    private static func execution(_ submission: Submission, retention: RetentionPolicy) -> Execution {
        var execution = Execution(
            id: ExecutionID(""), key: submission.key, order: submission.order, media: submission.media,
            lane: Lane(audioSeconds: submission.audioSeconds), priority: submission.priority, owner: submission.owner,
            batch: submission.batch, isEphemeral: submission.isEphemeral, createdAt: 0)
        execution.keeping = submission.keeping
        guard submission.result != nil else { return execution }
        let seconds = submission.audioSeconds ?? 0
        (execution.state, execution.attempt) = (.succeeded, 1)
        execution.progress = ExecutionProgress(done: seconds, total: seconds)
        if max(retention.succeededMedia, submission.keeping.media) <= 0, execution.media?.isFile == true {
            execution.media = nil
        }
        return execution
    }

    /// As long as a recent run took, within reason.
    private func secondsUntilRoom() async throws(JobStoreError) -> Int {
        let runs = try await recentRuns(limit: 50).map(\.run)
        guard !runs.isEmpty else { return 10 }
        return Int(min(max(runs.reduce(0, +) / Double(runs.count), 1), 3600).rounded(.up))
    }

    public func settle(
        _ execution: ExecutionID, key: String, media: MediaReference, digest: String?, isDurable: Bool
    ) async throws(JobStoreError) -> Settled {
        let reply = try await run(
            Lua.settle,
            [
                execution.text, Coding.short(key), Coding.media(media), digest.map(Coding.short) ?? [],
                isDurable ? 1 : 0, node,
            ]
        ).items(1)
        switch try reply[0].word() {
        case "kept": return .kept
        case "moved" where reply.count == 3:
            return .moved(to: ExecutionID(try reply[1].word()), tookMedia: try reply[2].number() == 1)
        case "gone": throw .notFound
        default: throw Coding.unreadable("reply")
        }
    }

    public func job(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> JobView? {
        let reply = try await read(Lua.job, [id.text, owner?.text ?? ""])
        return reply.isNull ? nil : try reply.view()
    }

    public func jobs(_ query: JobQuery) async throws(JobStoreError) -> [JobView] {
        let states = query.states.map(Coding.letter).sorted().joined()
        let found = try await read(
            Lua.jobs, [query.owner?.text ?? "", query.batch?.text ?? "", states, max(0, query.limit)])
        var views: [JobView] = []
        for item in try found.items() { views.append(try item.view()) }
        return views
    }

    public func result(of id: JobID, owner: Owner?) async throws(JobStoreError) -> [UInt8]? {
        let reply = try await read(Lua.result, [id.text, owner?.text ?? ""])
        return reply.isNull ? nil : try reply.raw()
    }

    public func position(of id: JobID) async throws(JobStoreError) -> Int? {
        let reply = try await read(Lua.position, [id.text])
        return reply.isNull ? nil : try reply.number()
    }

    public func cancel(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> Cancelled {
        let reply = try await run(Lua.cancel, [id.text, owner?.text ?? ""]).items(1)
        switch try reply[0].word() {
        case "none": return .notFound
        case "ended" where reply.count == 2: return .finished(try Coding.state(reply[1].text))
        case "left" where reply.count == 3:
            return .cancelled(stopped: try Self.stopped(reply[1]), media: try reply[2].media())
        default: throw Coding.unreadable("reply")
        }
    }

    public func retry(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> JobView? {
        let reply = try await run(Lua.retry, [id.text, owner?.text ?? ""])
        return reply.isNull ? nil : try reply.view()
    }

    public func delete(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> Deleted {
        let reply = try await run(Lua.delete, [id.text, owner?.text ?? ""]).items(1)
        switch try reply[0].word() {
        case "none": return .notFound
        case "left" where reply.count == 3:
            return .deleted(stopped: try Self.stopped(reply[1]), media: try reply[2].media())
        default: throw Coding.unreadable("reply")
        }
    }

    private static func stopped(_ value: RedisValue) throws(JobStoreError) -> ExecutionID? {
        let text = try value.word()
        return text.isEmpty ? nil : ExecutionID(text)
    }

    public func shed(_ id: JobID, owner: Owner?, media: Bool, text: Bool) async throws(JobStoreError) -> Shed {
        let reply = try await run(Lua.shed, [id.text, owner?.text ?? "", media ? 1 : 0, text ? 1 : 0]).items(1)
        switch try reply[0].word() {
        case "none": return .notFound
        case "unfinished": return .unfinished
        case "done" where reply.count == 3:
            let key = Coding.long(reply[2].bytes ?? [])
            return .done(media: try reply[1].media(), key: key.isEmpty ? nil : key)
        default: throw Coding.unreadable("reply")
        }
    }
}
