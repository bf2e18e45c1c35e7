import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling

/// Progress as it happens: by WebSocket and as server-sent events.
struct ProgressHandlers: Sendable {
    let transcriptions: Transcriptions
    /// How long a job may be waited for that nobody has sent yet.
    let patience: Duration

    /// `WS /ws/progress/{id}`: one message for each change, the present state first; closed after the last.
    func webSocket(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.principal.scope
        let id = try JobHandlers.id(parameters)
        let updates = try await transcriptions.watch(id, owner: scope)
        return try .webSocket(
            request,
            WebSocketUpgrade(maximumMessageSize: 4096) { channel in
                let sent = try await withThrowingTaskGroup(of: Bool.self) { group in
                    group.addTask { try await Self.tell(updates, channel) }
                    group.addTask {
                        // Watchers have nothing to say; reading is how a close is noticed.
                        while try await channel.receive() != nil {}
                        return true
                    }
                    group.addTask { try await self.expectNews(of: id) }
                    defer { group.cancelAll() }
                    return try await group.next() ?? false
                }
                await channel.close(code: sent ? 1000 : 4404, reason: sent ? "" : "no such job")
            })
    }

    private static func tell(_ updates: AsyncStream<JobProgress>, _ channel: any WebSocketChannel) async throws -> Bool
    {
        var hasSent = false
        for await progress in updates {
            try await channel.send(.text(try text(progress)))
            hasSent = true
        }
        return hasSent
    }

    /// Returns when a job that was not there has not come in time; otherwise never, until it is cancelled.
    private func expectNews(of id: JobID) async throws -> Bool {
        try await Task.sleep(for: patience)
        if try await transcriptions.progress(of: id, owner: nil) == nil { return false }
        try await Task.sleep(for: .seconds(1 << 30))
        return true
    }

    /// `GET /job/{id}/events`.
    func events(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.principal.scope
        let id = try JobHandlers.id(parameters)
        guard try await transcriptions.progress(of: id, owner: scope) != nil else { throw JobHandlers.noSuchJob }
        let updates = try await transcriptions.watch(id, owner: scope)
        return .events { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    var number = 0
                    for await progress in updates {
                        try await writer.send(.init(try Self.text(progress), event: "progress", id: "\(number)"))
                        number += 1
                    }
                }
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(15))
                        try await writer.keepAlive()
                    }
                }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private static func text(_ progress: JobProgress) throws -> String { try ProgressBody.fields(progress).text }
}
