public import Jobs
internal import Redis
public import Review

/// What people do with finished transcripts, for all nodes. The search keeps an index of words for each owner.
public struct RedisReviewStore: ReviewStore {
    /// Those of the jobs that are still there.
    public typealias Living = @Sendable ([JobID]) async throws -> Set<JobID>

    private static let mostHits = 200

    private let place: SharedPlace
    private let living: Living?
    private let words = TextWords()

    /// - Parameter living: asked by `sweep`; without it nothing is swept.
    public init(_ place: SharedPlace, living: Living? = nil) {
        self.place = place
        self.living = living
    }

    private func run(
        _ script: RedisScript, _ arguments: [any RedisArgument], within: Duration? = nil
    ) async throws -> RedisValue {
        try await place.client.run(
            script, keys: [place.key("reviews")], arguments, isIdempotent: true, within: within ?? place.patience)
    }

    private func ask<Value: Sendable>(
        _ script: RedisScript, _ arguments: [any RedisArgument], _ body: (RedisValue) throws -> Value
    ) async throws(ReviewStoreError) -> Value {
        try await ReviewStoreError.translating {
            try body(try await run(script, arguments))
        }
    }

    // MARK: - Reviews

    public func review(of job: JobID) async throws(ReviewStoreError) -> Review {
        try await ReviewStoreError.translating { try await kept(job, Deadline(place.patience)).review }
    }

    private func kept(_ job: JobID, _ deadline: Deadline) async throws -> (review: Review, version: String) {
        let parts = try await run(ReviewScripts.review, [job.text], within: deadline.rest).list()
        guard parts.count == 2 else { throw UnreadableReply(what: "a review") }
        return (try parts[0].decoded() ?? Review(), parts[1].text ?? "")
    }

    public func change(
        _ job: JobID, _ edit: @escaping @Sendable (inout Review) throws -> Void
    ) async throws(ReviewStoreError) -> Review {
        try await ReviewStoreError.translating {
            let deadline = Deadline(place.patience)
            while true {
                var (review, version) = try await kept(job, deadline)
                do { try edit(&review) } catch let refusal as ReviewRefusal {
                    throw ReviewStoreError.refused(refusal)
                }
                let words: [any RedisArgument] = [OneTime.token(), job.text, version, try Coding.json(review)]
                let answer = try await run(ReviewScripts.change, words, within: deadline.rest)
                // Another node may have written meanwhile.
                if try answer.number() == 1 { return review }
                guard !deadline.isOver else { throw ReviewStoreError.broken("others kept changing it; try again") }
            }
        }
    }

    // MARK: - Search

    public func index(_ entries: [TextEntry]) async throws(ReviewStoreError) {
        // One by one: a server does one thing at a time, and a text has thousands of words.
        for entry in entries {
            let counts = words.counts(entry.name + " " + entry.text)
            // Behind each word how often it occurs; the script puts the text's number behind that.
            let list = counts.map { "\($0.key)\(TextWords.end)\($0.value)" }.joined(separator: "\n")
            let body = try await ReviewStoreError.translating { try Coding.json(entry.summary) }
            try await ask(
                ReviewScripts.index, [entry.job.text, entry.owner.text, entry.text, body, list]
            ) { _ in }
        }
    }

    public func summaries(of jobs: [JobID]) async throws(ReviewStoreError) -> [JobID: TextSummary] {
        let jobs = Array(Set(jobs))
        return try await ask(ReviewScripts.summaries, jobs.map(\.text)) { found in
            var summaries: [JobID: TextSummary] = [:]
            for (job, summary) in zip(jobs, try found.list()) { summaries[job] = try summary.decoded() }
            return summaries
        }
    }

    public func search(_ query: String, owner: Owner?, limit: Int) async throws(ReviewStoreError) -> [SearchHit] {
        let sought = words.sought(query)
        guard !sought.isEmpty, limit > 0 else { return [] }
        let head: [any RedisArgument] = [owner?.text ?? "", owner == nil ? 1 : 0, min(limit, Self.mostHits)]
        return try await ask(ReviewScripts.search, head + sought) { found in
            let parts = try found.list()
            return try stride(from: 0, to: parts.count - 1, by: 2).map { index in
                guard let job = parts[index].text.flatMap({ JobID($0) }), let text = parts[index + 1].text else {
                    throw UnreadableReply(what: "a text")
                }
                return SearchHit(job: job, excerpt: words.excerpt(of: text, sought))
            }
        }
    }

    // MARK: - Shares

    public func publish(_ share: Share) async throws(ReviewStoreError) {
        let body = try await ReviewStoreError.translating { try Coding.json(share) }
        // What nobody can open any more is not worth keeping.
        let old = "(\(share.createdAt - 30 * 86_400)"
        try await ask(ReviewScripts.publish, [share.token, share.job.text, body, share.expiresAt, old]) { _ in }
    }

    public func share(_ token: String) async throws(ReviewStoreError) -> Share? {
        try await ask(ReviewScripts.share, [token]) { try $0.decoded() }
    }

    public func shares(of job: JobID) async throws(ReviewStoreError) -> [Share] {
        try await ask(ReviewScripts.shares, [job.text]) { try $0.decodedList() }
    }

    public func withdraw(_ token: String, of job: JobID) async throws(ReviewStoreError) -> Bool {
        try await ask(ReviewScripts.withdraw, [OneTime.token(), token, job.text]) { try $0.number() == 1 }
    }

    // MARK: - Forgetting

    public func forget(_ job: JobID) async throws(ReviewStoreError) {
        try await ask(ReviewScripts.forget, [job.text]) { _ in }
    }

    public func forget(name: String, in jobs: [JobID]) async throws(ReviewStoreError) -> [JobID] {
        var changed: [JobID] = []
        for job in jobs {
            var probe = try await review(of: job)
            guard probe.forget(name: name) else { continue }
            _ = try await change(job) { _ = $0.forget(name: name) }
            changed.append(job)
        }
        return changed
    }

    /// The server's log holds what was removed until it is written anew.
    public func wipe() async throws(ReviewStoreError) {
        try await ReviewStoreError.translating {
            let deadline = Deadline(place.patience)
            _ = try await place.client.call(RedisCommand("BGREWRITEAOF", isIdempotent: true), within: deadline.rest)
            while true {
                let info =
                    try await place.client.call(
                        RedisCommand("INFO", "persistence", isIdempotent: true), within: deadline.rest
                    ).text ?? ""
                if info.contains("aof_rewrite_in_progress:0"), info.contains("aof_rewrite_scheduled:0") { return }
                guard !deadline.isOver else { throw UnreadableReply(what: "a log that is still being written anew") }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Looks at some of the jobs whose texts are known, the next time at the next.
    public func sweep() async throws(ReviewStoreError) {
        guard let living else { return }
        let jobs = try await ask(ReviewScripts.next, [200]) { found in
            try found.list().compactMap { $0.text.flatMap { JobID($0) } }
        }
        guard !jobs.isEmpty else { return }
        let alive = try await ReviewStoreError.translating { try await living(jobs) }
        for job in jobs where !alive.contains(job) { try await forget(job) }
    }
}
