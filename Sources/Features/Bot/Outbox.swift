import Accounts
import BotAPI
import Jobs
import Scheduling
import Telemetry
import Transcripts

/// Sends what is to be said, chat by chat in order, each message until Telegram has it or refuses it.
actor Outbox {
    private static let batch = 200

    private let ports: BotPorts
    private var lastSeen: Int64 = 0
    private var lines: [Int64: [OutgoingMessage]] = [:]
    private let looks: AsyncStream<Work>
    private nonisolated let bell: AsyncStream<Work>.Continuation

    private enum Work: Sendable {
        case look
        case line(chat: Int64)
        case press(String, String?)
        case clear(chat: Int64, message: Int64)
    }

    private let batches: BatchRunner?

    init(_ ports: BotPorts, _ batches: BatchRunner?) {
        self.ports = ports
        self.batches = batches
        (looks, bell) = AsyncStream.makeStream()
    }

    /// There may be something new.
    func look() async {
        do {
            while true {
                let messages = try await ports.store.outbox(after: lastSeen, limit: Self.batch)
                for message in messages where message.id > lastSeen { enter(message) }
                if messages.count < Self.batch { return }
            }
        } catch {
            ports.log.note(LogEvent(.error, "telegram outbox", ["reason": .text("\(error)")]))
        }
    }

    nonisolated func answerPress(_ id: String, _ text: String?) { bell.yield(.press(id, text)) }
    nonisolated func clear(chat: Int64, message: Int64) { bell.yield(.clear(chat: chat, message: message)) }

    private func enter(_ message: OutgoingMessage) {
        lastSeen = message.id
        let chat = Content(message)?.chat ?? 0
        if lines[chat] == nil {
            lines[chat] = [message]
            bell.yield(.line(chat: chat))
        } else {
            lines[chat]?.append(message)
        }
    }

    func run() async {
        bell.yield(.look)
        await withDiscardingTaskGroup { group in
            for await work in looks {
                switch work {
                case .look: await look()
                case .line(let chat): group.addTask { await self.serve(chat) }
                case .press(let id, let text):
                    group.addTask { try? await self.ports.courier.client.answerCallback(id, text) }
                case .clear(let chat, let message):
                    group.addTask {
                        _ = try? await self.ports.courier.deliver(to: chat, .notice) { client in
                            try await client.deleteMessage(message, in: chat)
                        }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func serve(_ chat: Int64) async {
        while !Task.isCancelled, let message = lines[chat]?.first {
            do {
                try await send(message)
                try await ports.faults.step("telegram message sent")
                try await ports.store.apply([.sent(message.id)])
                lines[chat]?.removeFirst()
            } catch {
                if Task.isCancelled { return }
                ports.log.note(LogEvent(.error, "telegram outbox", ["reason": .text("\(error)")]))
                try? await Task.sleep(for: .seconds(error is BotAPIError ? 30 : 1))
            }
        }
        lines[chat] = nil
    }

    /// Returns when the message is there, or can never be.
    private func send(_ message: OutgoingMessage) async throws {
        guard let content = Content(message) else { return }
        do {
            try await send(content)
        } catch let error as BotAPIError where error.code != .unauthorized {
            // Blocked, gone, or refused: nobody can be told.
            ports.log.note(LogEvent(.info, "telegram message dropped", ["reason": .text(error.code.rawValue)]))
        }
    }

    private func send(_ content: Content) async throws {
        switch content {
        case .text(let destination, let text, let keyboard):
            _ = try await ports.courier.deliver(to: destination.chat, .answer) { client in
                try await client.sendMessage(text, to: destination, keyboard: keyboard)
            }
        case .edit(let chat, let message, let text, let keyboard):
            try await ports.courier.deliver(to: chat, .answer) { client in
                try await client.editMessage(message, in: chat, text, keyboard: keyboard)
            }
        case .file(let destination, let job, let format): try await send(job, format, destination)
        case .links(let destination, let record, let interface):
            try await Publisher(ports)?.sendLinks(record, Language(rawValue: interface) ?? .en, to: destination)
        case .batch(let batch): try await batches?.begin(batch)
        case .list(let destination, let batch, let form, let interface):
            try await Publisher(ports)?.sendList(of: batch, form, Language(rawValue: interface) ?? .en, to: destination)
        case .names(let destination, let job, let names, let interface):
            try await SpeakerOffice(ports: ports).give(
                names, to: job, Language(rawValue: interface) ?? .en, destination)
        }
    }

    private func send(_ job: JobID, _ format: String, _ destination: Destination) async throws {
        guard let format = OutputFormat(rawValue: format),
            let transcript = try await ports.transcriptions.transcript(of: job, owner: nil)
        else {
            let request = try await ports.store.request(job)
            let text = (Language(rawValue: request?.interface ?? "") ?? .en).text(.gone)
            return try await send(.text(destination, text, nil))
        }
        let file = RequestRunner.file(transcript, format)
        let sent = try await ports.courier.deliver(to: destination.chat, .answer, inDoubt: .giveUp) { client in
            try await client.sendFiles([file], to: destination)
        }
        _ = try await ports.store.change(job, surviving: .kill) { $0.attachments += sent }
    }
}
