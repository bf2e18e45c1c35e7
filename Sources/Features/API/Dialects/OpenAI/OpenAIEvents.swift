import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Transcripts

/// A transcription told while it is made: pieces of text that will not change, and at the end the whole.
struct OpenAIEvents: Sendable {
    private struct Delta: Encodable {
        let type = "transcript.text.delta"
        let delta: String
    }

    private struct Done: Encodable {
        let type = "transcript.text.done"
        let text: String
        let languages: [OpenAIBodies.Language]?
        let logprobs: [OpenAIBodies.LogProbabilityBody]?
        let usage: OpenAIBodies.Usage
    }

    /// Comments between events, so that nothing on the way takes a pause for an end.
    private static let keepAlive = Duration.seconds(15)

    let attendance: Attendance
    let admission: Admission
    let form: OpenAIForm

    func response() -> HTTPResponse {
        let seat = Seat(attendance, admission)
        return .events { writer in
            seat.take()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.tell(writer) }
                group.addTask {
                    while true {
                        try await Task.sleep(for: Self.keepAlive)
                        try await writer.keepAlive()
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    private func tell(_ writer: ServerSentEventWriter) async throws {
        var text = StreamedText()
        let ending: Result<Transcript, JobFailure>
        do {
            // The head goes out with the first bytes: now, however long the queue is.
            try await writer.keepAlive()
            try await tellGrowth(&text, writer)
            ending = try await attendance.wait(for: admission)
        } catch {
            attendance.leave(admission, isAbandoned: true)
            throw error
        }
        switch ending {
        case .success(let transcript): try await finish(transcript, &text, writer)
        case .failure(let failure):
            try await send(OpenAIEnvelope.body(of: ErrorTable.http(failure)), writer)
        }
    }

    /// Tells what is settled as it grows, until the job is over.
    private func tellGrowth(_ text: inout StreamedText, _ writer: ServerSentEventWriter) async throws {
        guard case .accepted(let id, _, _) = admission else { return }
        for await progress in try await attendance.transcriptions.watch(id, owner: attendance.owner) {
            guard let delta = text.delta(to: progress.settledText ?? "") else { continue }
            try await send(Delta(delta: delta), writer)
        }
    }

    private func finish(
        _ transcript: Transcript, _ text: inout StreamedText, _ writer: ServerSentEventWriter
    ) async throws {
        if let delta = text.delta(to: transcript.text) { try await send(Delta(delta: delta), writer) }
        var whole = transcript.text
        if form.format == .diarized {
            let diarized = Diarized(transcript)
            for piece in diarized.segments { try await send(piece, writer) }
            whole = diarized.text
        }
        try await send(
            Done(
                text: whole, languages: transcript.language.map { [.init(code: $0)] },
                logprobs: form.includesLogProbabilities ? OpenAIBodies.LogProbabilityBody.list(transcript) : nil,
                usage: .init(transcript)),
            writer)
    }

    private func send(_ value: some Encodable, _ writer: ServerSentEventWriter) async throws {
        try await writer.send(.init(String(decoding: try JSONFields.encoded(value), as: UTF8.self)))
    }
}

/// What a client has been told of a text that grows.
struct StreamedText {
    private var sent = ""

    /// What is new in `text`; nil when there is nothing, or when it no longer begins with what was sent.
    mutating func delta(to text: String) -> String? {
        guard text.utf8.count > sent.utf8.count, text.hasPrefix(sent) else { return nil }
        defer { sent = text }
        return String(text.dropFirst(sent.count))
    }
}
