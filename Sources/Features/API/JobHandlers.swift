import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Transcripts

/// The state, the result and the end of jobs.
struct JobHandlers: Sendable {
    let transcriptions: Transcriptions

    static let noSuchJob = ErrorTable.http(.notFound, "no_such_job", "There is no job with this id.")

    static func id(_ parameters: PathParameters) throws(HTTPError) -> JobID {
        guard let id = JobID(parameters["id"]) else { throw noSuchJob }
        return id
    }

    // MARK: - State

    /// `GET /job/{id}`: the same object that watchers get; for a batch the sum of its jobs.
    func progress(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.principal.scope
        let id = try Self.id(parameters)
        if let progress = try await guarded({ try await transcriptions.progress(of: id, owner: scope) }) {
            return try ProgressBody.fields(progress).response
        }
        let jobs = try await guarded { try await transcriptions.jobs(JobQuery(owner: scope, batch: id, limit: 10_000)) }
        guard !jobs.isEmpty else { throw Self.noSuchJob }
        return try .json(try await BatchBody(id, jobs, transcriptions))
    }

    /// `GET /api/transcribe/async/status/{id}`.
    func status(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.principal.scope
        let id = try Self.id(parameters)
        let view = try await guarded { try await transcriptions.job(id, owner: scope) }
        guard let view else {
            // Still uploading: only this process knows of it.
            guard let progress = try await transcriptions.progress(of: id, owner: scope) else { throw Self.noSuchJob }
            return try .json(
                StatusBody(
                    task_id: id.text, status: progress.stage == .uploading ? "uploading" : "queued",
                    progress: progress.progress, result: nil, error: nil))
        }
        let progress = try await transcriptions.progress(of: id, owner: scope)
        let transcript = try await guarded { try await transcriptions.transcript(of: id, owner: scope) }
        let failure = view.state == .failed ? view.execution.failure : nil
        return try .json(
            StatusBody(
                task_id: id.text, status: view.state.word, progress: progress?.progress ?? 0,
                result: transcript.map { TranscriptBody(id, $0, cached: false, includesWords: request.wantsWords) },
                error: failure.map { .init(code: $0.code, message: $0.description) }))
    }

    /// `GET /job/{id}/result?format=`.
    func result(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.principal.scope
        let id = try Self.id(parameters)
        let format = try RequestForm.outputFormat(request.queryItems["format"] ?? "json")
        guard let view = try await guarded({ try await transcriptions.job(id, owner: scope) }) else {
            throw Self.noSuchJob
        }
        switch view.state {
        case .succeeded: break
        case .failed: throw ErrorTable.http(view.execution.failure ?? .cancelled)
        case .cancelled: throw ErrorTable.http(JobFailure.cancelled)
        case .queued, .waiting, .running:
            throw ErrorTable.http(
                .conflict, "not_finished", "The job is not finished; ask for its state.", retryAfter: 2)
        }
        guard let transcript = try await guarded({ try await transcriptions.transcript(of: id, owner: scope) }) else {
            throw ErrorTable.http(.gone, "result_gone", "The result is no longer kept.")
        }
        return try .transcript(
            transcript, id, format, cached: false,
            words: request.wantsWords, title: view.job.name)
    }

    /// `GET /jobs?state=&limit=`.
    func list(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.principal.scope
        var query = JobQuery(owner: scope)
        if let limit = request.queryItems["limit"] {
            query.limit = try RequestForm.integer("limit", limit, 1...1000)
        }
        if let words = request.queryItems["state"] {
            query.states = try Self.states(words)
        }
        let sought = query
        let views = try await guarded { try await transcriptions.jobs(sought) }
        var bodies: [JobBody] = []
        for view in views {
            let live = view.state.isFinal ? nil : try await transcriptions.progress(of: view.job.id, owner: scope)
            bodies.append(JobBody(view, live))
        }
        return try .json(["jobs": bodies])
    }

    private static func states(_ words: String) throws(HTTPError) -> Set<ExecutionState> {
        var states: Set<ExecutionState> = []
        for word in words.split(separator: ",") {
            let found = ExecutionState.allCases.filter { $0.word == word || $0.rawValue == word }
            guard !found.isEmpty else {
                throw RequestForm.bad("state", "one of queued, processing, completed, failed, cancelled")
            }
            states.formUnion(found)
        }
        return states
    }

    // MARK: - Control

    /// `DELETE /job/{id}`: cancels what is not finished; removes the text and the media of what is.
    func delete(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.principal.scope
        let id = try Self.id(parameters)
        let state = try await guarded { try await transcriptions.cancel(id, owner: scope) }
        switch state {
        case nil: throw Self.noSuchJob
        case .cancelled?: return try .json(ControlBody(job_id: id.text, status: "cancelled"))
        case .some:
            guard try await guarded({ try await transcriptions.delete(id, owner: scope) }) else { throw Self.noSuchJob }
            return try .json(ControlBody(job_id: id.text, status: "deleted"))
        }
    }

    /// `POST /job/{id}/retry`.
    func retry(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.principal.scope
        let id = try Self.id(parameters)
        guard let view = try await guarded({ try await transcriptions.job(id, owner: scope) }) else {
            throw Self.noSuchJob
        }
        guard try await guarded({ try await transcriptions.retry(id, owner: scope) }) != nil else {
            let isOver = view.state == .failed || view.state == .cancelled
            throw isOver
                ? ErrorTable.http(MediaVaultError.gone)
                : ErrorTable.http(.conflict, "not_failed", "Only a failed or cancelled job can be tried again.")
        }
        return try .json(ControlBody(job_id: id.text, status: "queued"), status: .accepted)
    }

    /// `POST /jobs/pause` and `/jobs/resume`: a paused queue takes jobs and starts none.
    func setPaused(_ isPaused: Bool, _ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        try await guarded { try await transcriptions.setPaused(isPaused) }
        return try .json(["status": isPaused ? "paused" : "running"])
    }

    /// `POST /jobs/prune?hours=`: removes what finished longer ago.
    func prune(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        let hours = try RequestForm.integer("hours", request.queryItems["hours"] ?? "0", 0...87_600)
        let count = try await guarded { try await transcriptions.prune(olderThan: Double(hours) * 3600) }
        return try .json(["pruned": count])
    }

    private func guarded<Value>(_ work: () async throws -> Value) async throws -> Value {
        do { return try await work() } catch { throw ErrorTable.error(error) }
    }
}

struct StatusBody: Encodable {
    let task_id: String
    let status: String
    let progress: Double
    let result: TranscriptBody?
    let error: ProgressBody.Failure?

    enum CodingKeys: String, CodingKey { case task_id, status, progress, result, error }

    /// All five are always there.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(task_id, forKey: .task_id)
        try container.encode(status, forKey: .status)
        try container.encode(progress, forKey: .progress)
        try container.encode(result, forKey: .result)
        try container.encode(error, forKey: .error)
    }
}

struct ControlBody: Encodable {
    let job_id: String
    let status: String
}

/// All jobs of one request.
struct BatchBody: Encodable {
    let batch_id: String
    let job_id: String
    let stage: String
    let progress: Double
    let message: String
    let jobs: [JobBody]

    init(_ id: JobID, _ views: [JobView], _ transcriptions: Transcriptions) async throws {
        batch_id = id.text
        job_id = id.text
        var bodies: [JobBody] = []
        for view in views.reversed() {
            let live =
                view.state.isFinal ? nil : try await transcriptions.progress(of: view.job.id, owner: view.job.owner)
            bodies.append(JobBody(view, live))
        }
        jobs = bodies
        let over = views.filter(\.state.isFinal).count
        let shares = zip(views.reversed(), bodies).map { $0.state.isFinal ? 100 : $1.progress }
        progress = (shares.reduce(0, +) / Double(shares.count) * 10).rounded() / 10
        stage = over == views.count ? "completed" : views.contains { $0.state == .running } ? "transcribing" : "queued"
        message = "\(over) of \(views.count) files done"
    }
}

extension HTTPRequest {
    var wantsWords: Bool { ["1", "true", "yes"].contains(queryItems["words"]?.lowercased()) }
}
