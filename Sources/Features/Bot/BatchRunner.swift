import Accounts
import BotAPI
import Jobs
import Streaming
import Telemetry

/// Works through runs of messages, each step durable before the next: after a restart it goes on where it was.
actor BatchRunner {
    /// Between two edits of a progress message, in seconds.
    private static let editInterval = 3.0
    /// Seconds for which Telegram may be away.
    private static let patience = 900.0

    private let publisher: Publisher
    private let clock: any JobClock
    private let log: any EventLog
    private let directory: any MessageDirectory
    private let names: AsyncStream<LinkID>
    private nonisolated let bell: AsyncStream<LinkID>.Continuation
    private var active: Set<LinkID> = []
    private var stopped: Set<LinkID> = []

    /// `nil` where nothing can be published, or no messages asked for.
    init?(_ ports: BotPorts) {
        guard let publisher = Publisher(ports), let directory = ports.directory else { return nil }
        self.init(publisher, directory, clock: ports.clock, log: ports.log)
    }

    init(_ publisher: Publisher, _ directory: any MessageDirectory, clock: any JobClock, log: any EventLog) {
        self.publisher = publisher
        self.directory = directory
        self.clock = clock
        self.log = log
        (names, bell) = AsyncStream.makeStream()
    }

    func run() async {
        await resume()
        await withDiscardingTaskGroup { group in
            for await id in names where active.insert(id).inserted {
                group.addTask { await self.work(on: id) }
            }
            group.cancelAll()
        }
    }

    private func resume() async {
        do {
            for batch in try await publisher.office.store.openBatches() { bell.yield(batch.id) }
        } catch {
            note("open batches", error)
        }
    }

    /// Shows a new batch and lets it begin. The same again changes nothing.
    func begin(_ batch: LinkBatch) async throws {
        if try await publisher.office.store.batch(batch.id) == nil {
            var batch = batch
            let wording = BatchWording(batch)
            let destination = Destination(chat: batch.chat, thread: batch.thread, replyTo: batch.replyTo)
            let language = wording.language
            batch.status = try await publisher.courier.deliver(to: batch.chat, .answer) { [batch] client in
                try await client.sendMessage(
                    wording.working, to: destination, keyboard: Keyboards.stop(batch, language))
            }
            try await publisher.office.store.put(batch, [])
            publisher.metrics.add(to: .init("stentor_batches_total"))
        }
        bell.yield(batch.id)
    }

    /// Returns `false` for one that is over, or somebody else's.
    func stop(_ id: LinkID, owner: String?) async -> Bool {
        guard let batch = try? await publisher.office.store.batch(id), batch.state == .open,
            owner == nil || batch.owner == owner
        else { return false }
        stopped.insert(id)
        bell.yield(id)
        return true
    }

    private func work(on id: LinkID) async {
        defer { active.remove(id) }
        while !Task.isCancelled {
            do {
                guard let batch = try await publisher.office.store.batch(id), batch.state == .open else { return }
                try await carryOn(batch)
            } catch {
                if Task.isCancelled { return }
                note("batch", error)
                try? await Task.sleep(for: .seconds(error is BotAPIError ? 30 : 1))
            }
        }
    }

    private func note(_ what: StaticString, _ error: any Error) {
        log.note(
            LogEvent(.error, "telegram bot stumbled", ["at": .text("\(what)"), "reason": .text("\(error)")]))
    }

    // MARK: - Steps

    private func carryOn(_ start: LinkBatch) async throws {
        var batch = start
        var shownAt = clock.now().monotonic
        var awaySince: Double?
        while let question = batch.question {
            try Task.checkCancellation()
            if stopped.remove(batch.id) != nil {
                batch.state = .cancelled
                return try await finish(batch)
            }
            let messages: [FoundMessage]
            do {
                messages = try await directory.messages(question, in: batch.source)
            } catch {
                guard try await wait(after: error, &batch, &awaySince) else { return try await finish(batch) }
                continue
            }
            awaySince = nil
            var further = batch
            let records = further.take(messages, of: question, Self.newName, now: clock.now().wall)
            try await publisher.office.store.put(further, records)
            batch = further
            if clock.now().monotonic - shownAt >= Self.editInterval {
                await show(batch, BatchWording(batch).working)
                shownAt = clock.now().monotonic
            }
        }
        try await sendList(of: batch)
    }

    private static func newName() -> LinkID {
        var generator = SystemRandomNumberGenerator()
        return LinkID.random(using: &generator)
    }

    /// Returns `false` when the batch has failed.
    private func wait(
        after failure: DirectoryFailure, _ batch: inout LinkBatch, _ awaySince: inout Double?
    ) async throws -> Bool {
        switch failure {
        case .busy(let seconds):
            await show(batch, BatchWording(batch).pause(seconds))
            let end = clock.now().monotonic + Double(max(1, min(seconds, 86_400)))
            // Somebody may stop it meanwhile.
            while clock.now().monotonic < end, !stopped.contains(batch.id) {
                try await Task.sleep(for: .seconds(min(1, end - clock.now().monotonic)))
            }
            return true
        case .unreachable:
            let now = clock.now().monotonic
            awaySince = awaySince ?? now
            if now - (awaySince ?? now) < Self.patience {
                try await Task.sleep(for: .seconds(2))
                return true
            }
        case .cancelled: throw CancellationError()
        case .unknownPlace, .notMember: break
        }
        batch.state = .failed
        batch.failure = failure
        return false
    }

    private func sendList(of start: LinkBatch) async throws {
        var batch = start
        if batch.found > 0, !batch.wasSent {
            batch.wasSent = true
            try await publisher.office.store.put(batch, [])
            let destination = Destination(chat: batch.chat, thread: batch.thread, replyTo: batch.status)
            try await publisher.sendList(of: batch.id, batch.form, BatchWording(batch).language, to: destination)
        }
        batch.state = .done
        try await finish(batch)
    }

    private func finish(_ batch: LinkBatch) async throws {
        let wording = BatchWording(batch)
        await show(batch, wording.ended, keyboard: Keyboards.lists(batch, wording.language))
        try await publisher.office.store.put(batch, [])
    }

    /// Progress is not worth more tries; the list says what matters.
    private func show(_ batch: LinkBatch, _ text: String, keyboard: InlineKeyboard? = nil) async {
        guard let status = batch.status else { return }
        let buttons = keyboard ?? (batch.state == .open ? Keyboards.stop(batch, BatchWording(batch).language) : nil)
        try? await publisher.courier.deliver(to: batch.chat, .progress) { client in
            try await client.editMessage(status, in: batch.chat, text, keyboard: buttons)
        }
    }
}

/// What a batch's message says.
struct BatchWording: Sendable {
    let batch: LinkBatch
    let language: Language

    init(_ batch: LinkBatch) {
        self.batch = batch
        language = Language(rawValue: batch.interface) ?? .en
    }

    private var count: Int64 { batch.last - batch.first + 1 }

    var working: String {
        "🗂 " + language.text(.batchWorking, String(batch.next - batch.first), String(count), String(batch.found)) + "\n"
            + Wording.bar(batch.progress * 100)
    }

    func pause(_ seconds: Int) -> String {
        working + "\n⏸ " + language.text(.batchPause, Wording.time(Double(seconds)))
    }

    var ended: String {
        switch batch.state {
        case .cancelled: return "✖ \(language.text(.cancelled)) · \(done)"
        case .failed:
            let phrase: Phrase =
                switch batch.failure {
                case .notMember: .batchNotMember
                case .unknownPlace: .batchUnknown
                default: .batchAway
                }
            return "⚠️ " + language.text(phrase)
        case .open, .done: return "✅ \(done)"
        }
    }

    private var done: String {
        language.text(.batchDone, String(batch.found)) + "\n"
            + language.text(
                .batchLeftOut, String(batch.withoutFile), String(batch.isProtected), String(batch.missing))
    }
}
