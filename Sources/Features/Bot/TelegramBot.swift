import Accounts
public import BotAPI
import Jobs
import Scheduling
import Streaming
import Telemetry

/// The bot: takes updates in, decides about each in turn, and keeps its promises.
public actor TelegramBot {
    /// Updates looked at together.
    private static let batch = 100

    let ports: BotPorts
    let configuration: BotConfiguration
    private let runner: RequestRunner
    private var active: [JobID: Bool] = [:]
    private var summarised: Set<String> = []
    let outbox: Outbox
    let batches: BatchRunner?
    private let updates: AsyncStream<Void>
    private nonisolated let updateBell: AsyncStream<Void>.Continuation
    private let requests: AsyncStream<JobID>
    private nonisolated let requestBell: AsyncStream<JobID>.Continuation

    public init(_ ports: BotPorts, _ configuration: BotConfiguration) {
        self.ports = ports
        self.configuration = configuration
        runner = RequestRunner(ports: ports, configuration: configuration)
        batches = BatchRunner(ports)
        outbox = Outbox(ports, batches)
        (updates, updateBell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (requests, requestBell) = AsyncStream.makeStream()
    }

    /// Works until its task is cancelled, or until Telegram refuses the token.
    public func run() async {
        guard let conversation = await introduce() else { return }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.resume() }
            group.addTask { await self.outbox.run() }
            group.addTask { await self.decideAll(conversation) }
            group.addTask { await self.arrive() }
            group.addTask { await self.tidy() }
            group.addTask { await self.batches?.run() }
            updateBell.yield()
            for await job in requests { group.addTask { await self.attend(job) } }
            group.cancelAll()
        }
    }

    /// Keeps updates; once this returns they will be dealt with, whatever happens.
    /// - Throws: `AccountStoreError`, for a webhook to say that they must come again.
    public nonisolated func receive(_ updates: [Update]) async throws {
        let stored = try updates.map { StoredUpdate(id: $0.updateId, body: try $0.encoded()) }
        let new = try await ports.store.receive(stored, at: ports.clock.now().wall)
        try await ports.faults.step("telegram received")
        if new > 0 {
            updateBell.yield()
            ports.received()
        }
    }

    /// Looks for updates that were kept elsewhere.
    public nonisolated func look() { updateBell.yield() }

    /// Waits until what has ended is answered. What is not by then is answered after the next start.
    /// - Parameter patience: seconds.
    public func waitForAnswers(patience: Double) async {
        let end = ports.clock.now().monotonic + patience
        while ports.clock.now().monotonic < end, await hasUnanswered() {
            // Detached, because the task that stops the server is cancelled already; awaited here.
            await Task.detached { try? await Task.sleep(for: .milliseconds(50)) }.value
        }
    }

    private func hasUnanswered() async -> Bool {
        for job in active.keys {
            guard let request = try? await ports.store.request(job), request.stage != .done else { continue }
            if request.refusal != nil { return true }
            let view = try? await ports.transcriptions.job(job, owner: request.owner)
            if view?.state.isFinal == true { return true }
        }
        return false
    }

    // MARK: - Start

    private func introduce() async -> Conversation? {
        do {
            let own = try await persistently("getMe") { try await $0.getMe() }
            await tellCommands()
            ports.log.note(
                LogEvent(.info, "telegram bot ready", ["bot": .text(own.username ?? ""), "mode": .text(mode)]))
            return Conversation(
                bot: own.id, username: own.username ?? "", access: configuration.access,
                defaultLanguage: Language(rawValue: configuration.language) ?? .en,
                providers: configuration.providers, largestFile: configuration.largestFile,
                publishing: .init(
                    isOn: ports.office != nil, hasDirectory: ports.directory != nil,
                    lifetime: configuration.linkLifetime))
        } catch {
            return nil
        }
    }

    private var mode: String {
        if case .webhook = configuration.arrival { "webhook" } else { "polling" }
    }

    /// Calls again and again while Telegram is away. Throws when it refuses, after a line in the log.
    func persistently<Value: Sendable>(
        _ what: StaticString, _ call: @Sendable (BotClient) async throws -> Value
    ) async throws -> Value {
        var delay = 1.0
        while true {
            do {
                return try await call(ports.courier.client)
            } catch let error as BotAPIError {
                let isFinal = error.code == .unauthorized || error.code == .forbidden
                let reason =
                    isFinal ? "Telegram refuses the token: check TELEGRAM_BOT_TOKEN" : error.description
                ports.log.note(
                    LogEvent(
                        isFinal ? .error : .warning, isFinal ? "telegram bot stopped" : "telegram not reached",
                        ["call": .text("\(what)"), "reason": .text(reason)]))
                if isFinal { throw error }
                try await Task.sleep(for: .seconds(max(delay, Double(min(error.retryAfter ?? 0, 600)))))
                delay = min(delay * 2, 30)
            }
        }
    }

    private func tellCommands() async {
        for language in [nil] + Language.allCases.map(Optional.some) {
            do {
                try await ports.courier.client.setCommands(
                    Self.commands(language ?? .en, publishes: ports.office != nil, hasBatches: ports.directory != nil),
                    language: language?.rawValue)
            } catch {
                // A convenience; the commands work without it.
                return
            }
        }
    }

    private static func commands(_ language: Language, publishes: Bool, hasBatches: Bool) -> [BotCommand] {
        let table: [(String, Phrase)] = [
            ("start", .commandStart), ("help", .commandHelp), ("transcribe", .commandTranscribe),
            ("provider", .commandProvider), ("model", .commandModel), ("language", .commandLanguage),
            ("format", .commandFormat), ("speakers", .commandSpeakers), ("status", .commandStatus),
            ("cancel", .commandCancel),
            ("stats", .commandStats), ("settings", .commandSettings),
        ]
        var more: [(String, Phrase)] = publishes ? [("links", .commandLinks)] : []
        if hasBatches { more.append(("batch", .commandBatch)) }
        return (table + more).map { BotCommand($0, language.text($1)) }
    }

    /// Takes up what an earlier process promised.
    private func resume() async {
        while !Task.isCancelled {
            do {
                for request in try await ports.store.openRequests() { requestBell.yield(request.job) }
                return
            } catch {
                await stumble("open requests", error)
            }
        }
    }

    // MARK: - Updates

    private func decideAll(_ conversation: Conversation) async {
        for await _ in updates {
            while !Task.isCancelled {
                do {
                    let batch = try await ports.store.pendingUpdates(limit: Self.batch)
                    if batch.isEmpty { break }
                    for update in batch { try await decide(update, conversation) }
                } catch {
                    await stumble("update", error)
                }
            }
        }
    }

    private func decide(_ stored: StoredUpdate, _ conversation: Conversation) async throws {
        // One that cannot be read can be of no use to anybody.
        guard let update = Update.parse(stored.body), let scene = conversation.scene(update) else {
            _ = try await ports.store.settle(stored.id, [])
            return
        }
        let context = try await context(for: scene, conversation.needs(scene))
        let decision = conversation.decide(scene, context)
        guard try await ports.store.settle(stored.id, decision.changes) else { return }
        try await ports.faults.step("telegram settled")
        await outbox.look()
        for effect in decision.effects { await carryOut(effect) }
    }

    private func carryOut(_ effect: Conversation.Effect) async {
        switch effect {
        case .attend(let job): requestBell.yield(job)
        case .stop(let job, let owner):
            do {
                _ = try await ports.transcriptions.cancel(job, owner: owner)
            } catch {
                await stumble("cancel", error)
            }
        case .answerPress(let id, let text): outbox.answerPress(id, text)
        case .clear(let chat, let message): outbox.clear(chat: chat, message: message)
        case .revoke(let link, let owner, let press, let shown, let chat, let interface):
            await revoke(
                link, owner: owner, press: press, shown: shown, chat: chat, Language(rawValue: interface) ?? .en)
        case .stopBatch(let batch, let owner, let press, let interface):
            let isStopped = await batches?.stop(batch, owner: owner) ?? false
            let language = Language(rawValue: interface) ?? .en
            outbox.answerPress(press, language.text(isStopped ? .cancelling : .alreadyOver))
        case .note(let name, let person, let chat, let job):
            ports.log.note(
                LogEvent(
                    .info, name,
                    ["chat": .text(String(chat)), "person": .text(String(person)), "job": .text(job?.text ?? "")]))
        }
    }

    private func revoke(
        _ link: LinkID, owner: String?, press: String, shown: Int64, chat: Int64, _ language: Language
    ) async {
        do {
            guard let store = ports.office?.store, let record = try await store.record(link) else {
                return outbox.answerPress(press, language.text(.gone))
            }
            guard try await store.revoke(link, owner: owner) else {
                return outbox.answerPress(press, language.text(.notYours))
            }
            let text = language.text(.linkRevoked, MessageText.escaped(record.file.name.prefix(100)))
            outbox.answerPress(press, nil)
            try await ports.store.apply([Content.edit(chat: chat, message: shown, "🚫 " + text, nil).change])
            await outbox.look()
        } catch {
            await stumble("revoke", error)
        }
    }

    /// Says what went wrong and waits a little: what has to be done is still in the store.
    func stumble(_ what: StaticString, _ error: any Error) async {
        if error is CancellationError || Task.isCancelled { return }
        ports.log.note(
            LogEvent(.error, "telegram bot stumbled", ["at": .text("\(what)"), "reason": .text("\(error)")]))
        // The courier tried long enough: what it gives up will not pass within a second.
        try? await Task.sleep(for: .seconds(error is BotAPIError ? 30 : 1))
    }

    // MARK: - Requests

    private func attend(_ job: JobID) async {
        guard active[job] == nil else {
            active[job] = true
            return
        }
        active[job] = false
        repeat {
            active[job] = false
            await work(on: job)
        } while active[job] == true && !Task.isCancelled
        active[job] = nil
    }

    private func work(on job: JobID) async {
        while !Task.isCancelled {
            do {
                try await runner.run(job)
                return await finishAlbum(of: job)
            } catch {
                await stumble("request", error)
            }
        }
    }

    /// Says once that everything that came together is done.
    private func finishAlbum(of job: JobID) async {
        do {
            guard let request = try await ports.store.request(job), let album = request.album else { return }
            // The last of them may still be arriving.
            try await Task.sleep(for: .seconds(2))
            let all = try await ports.store.album(album, chat: request.chat)
            let name = "\(request.chat) \(album)"
            guard all.count > 1, all.allSatisfy({ $0.stage == .done }), summarised.insert(name).inserted else { return }
            var done = 0
            for one in all
            where try await ports.transcriptions.job(one.job, owner: one.owner)?.state == .succeeded { done += 1 }
            let text = Wording(request: request).album(done: done, of: all.count)
            let destination = Destination(chat: request.chat, thread: request.thread)
            try await ports.store.apply([Content.text(destination, text, nil).change])
            await outbox.look()
        } catch {
            await stumble("album", error)
        }
    }

    private func tidy() async {
        while !Task.isCancelled {
            do {
                try await ports.store.prune(before: ports.clock.now().wall - configuration.memory)
                try await ports.office?.store.prune(before: ports.clock.now().wall - configuration.memory)
            } catch {
                await stumble("prune", error)
            }
            try? await Task.sleep(for: .seconds(3600))
        }
    }
}
