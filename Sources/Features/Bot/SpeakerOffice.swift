import Accounts
import BotAPI
import Jobs
import Review
import Scheduling
import Transcripts

/// Gives names to speakers, and writes the answer anew. Doing it twice gives the same.
struct SpeakerOffice: Sendable {
    let ports: BotPorts

    func give(
        _ names: [String: String], to job: JobID, _ language: Language, _ destination: Destination
    ) async throws {
        guard let request = try await ports.store.request(job), !request.isDeleted else {
            return try await say(language.text(.gone), destination)
        }
        do {
            guard let named = try await ports.transcriptions.name(names, of: job, owner: request.owner) else {
                return try await say(language.text(.gone), destination)
            }
            guard !named.labels.isEmpty else { return try await say(language.text(.noSpeakers), destination) }
            guard named.unknown.count < names.count else {
                let labels = MessageText.escaped(named.labels.prefix(20).joined(separator: ", "))
                return try await say(language.text(.nobodyNamed, labels), destination)
            }
            try await show(named.transcript, request)
            let given = names.filter { !named.unknown.contains($0.key) }.sorted { $0.key < $1.key }
            let told = given.prefix(20).map { "\($0.key) = \($0.value)" }.joined(separator: ", ")
            try await say(language.text(.named, MessageText.escaped(told)), destination)
        } catch ReviewStoreError.refused(.tooLong) {
            try await say(language.text(.nameTooLong), destination)
        } catch ReviewStoreError.refused(let refusal) {
            try await say(MessageText.escaped(refusal.description), destination)
        }
    }

    private func say(_ text: String, _ destination: Destination) async throws {
        _ = try await ports.courier.deliver(to: destination.chat, .answer) { client in
            try await client.sendMessage(text, to: destination, keyboard: nil)
        }
    }

    /// The answer where it stands, and the files once more where there were some.
    private func show(_ transcript: Transcript, _ request: MediaRequest) async throws {
        guard let status = request.status else { return }
        let answer = Wording(request: request, publishes: ports.office != nil).answer(transcript)
        do {
            try await ports.courier.deliver(to: request.chat, .answer) { client in
                try await client.editMessage(status, in: request.chat, answer.text, keyboard: answer.keyboard)
            }
        } catch let error as BotAPIError where error.code == .noMessage {
            // Somebody deleted it; the files and the buttons of others have the names.
        }
        guard !request.attachments.isEmpty else { return }
        let files = RequestRunner.files(transcript, request, isCut: answer.isCut)
        let destination = Destination(chat: request.chat, thread: request.thread, replyTo: status)
        let sent = try await ports.courier.deliver(to: request.chat, .answer, inDoubt: .giveUp) { client in
            try await client.sendFiles(files, to: destination)
        }
        _ = try await ports.store.change(request.job, surviving: .kill) { $0.attachments += sent }
    }
}
