import Accounts
import BotAPI
import Jobs
import Scheduling
import Telemetry
import Transcripts

extension RequestRunner {
    /// Files beside the answer.
    func sendFiles(_ request: MediaRequest) async throws -> MediaRequest? {
        guard !request.filesWereTried, request.refusal == nil,
            let transcript = try await transcriptions.transcript(of: request.job, owner: request.owner),
            !transcript.text.isEmpty
        else { return try await change(request) { $0.stage = .done } }
        let files = Self.files(transcript, request, isCut: Wording(request: request).answer(transcript).isCut)
        guard !files.isEmpty else { return try await change(request) { $0.stage = .done } }
        let destination = Destination(chat: request.chat, thread: request.thread, replyTo: request.status)
        var sent: [Int64] = []
        do {
            sent = try await ports.courier.deliver(to: request.chat, .answer, inDoubt: .giveUp) { client in
                try await finishing { try await tryOnce(request, files, destination, client) }
            }
        } catch let error as BotAPIError {
            // The buttons under the answer bring them too.
            ports.log.note(
                LogEvent(.warning, "telegram files not sent", ["reason": .text(error.code.rawValue)]))
        }
        try await ports.faults.step("telegram files sent")
        let messages = sent
        let done = try await change(request) {
            $0.attachments += messages
            $0.stage = .done
        }
        try await ports.faults.step("telegram files kept")
        return done
    }

    /// Written down first: whether a call that was cut off was carried out, nobody can ask.
    private func tryOnce(
        _ request: MediaRequest, _ files: [UploadedFile], _ destination: Destination, _ client: BotClient
    ) async throws -> [Int64] {
        _ = try await change(request, surviving: .powerCut) { $0.filesWereTried = true }
        try await ports.faults.step("telegram files begun")
        do {
            return try await client.sendFiles(files, to: destination)
        } catch let error as BotAPIError where error.isPassing {
            _ = try await change(request) { $0.filesWereTried = false }
            throw error
        }
    }

    static func files(_ transcript: Transcript, _ request: MediaRequest, isCut: Bool) -> [UploadedFile] {
        var formats: [OutputFormat] =
            switch request.preferences.format ?? .all {
            case .all: [.txt, .srt]
            case .text: []
            case .txt: [.txt]
            case .srt: [.srt]
            case .vtt: [.vtt]
            }
        if isCut, formats.isEmpty { formats = [.txt] }
        return formats.map { file(transcript, $0) }
    }

    static func file(_ transcript: Transcript, _ format: OutputFormat) -> UploadedFile {
        UploadedFile(
            name: "transcript.\(format.fileExtension)", mediaType: format.mediaType,
            bytes: Array(transcript.rendered(as: format).utf8))
    }

    /// Takes back everything that came of a request: its job, its text and its messages.
    func remove(_ request: MediaRequest) async throws -> MediaRequest? {
        if let view = try await transcriptions.job(request.job, owner: request.owner), let key = view.execution.key {
            await transcriptions.forget(key: key)
            try await ports.store.apply([.forgetAlias(key: key)])
        }
        _ = try await transcriptions.delete(request.job, owner: request.owner)
        for message in request.attachments + [request.status].compactMap(\.self) {
            do {
                try await ports.courier.deliver(to: request.chat, .notice) { client in
                    try await client.deleteMessage(message, in: request.chat)
                }
            } catch let error as BotAPIError where message == request.status && error.code == .noMessage {
                // Too old to be deleted; it can still be emptied.
                let text = Wording(request: request).deletedText
                _ = try? await ports.courier.deliver(to: request.chat, .notice) { client in
                    try await client.editMessage(message, in: request.chat, text)
                }
            } catch is BotAPIError {
                // Gone already, or out of reach.
            }
        }
        return try await change(request) { $0.stage = .done }
    }
}
