import Accounts
import BotAPI
import Jobs
import Scheduling
import Telemetry
import Transcription
import Transcripts

/// Takes one request from its promise to its answer. Every step is durable before the next one begins, and what cannot
/// be undone is written down before it is done: the answer is an edit of the progress message, which may be repeated
/// without harm, and files are never sent twice.
struct RequestRunner: Sendable {
    /// Between two edits of one message, in seconds.
    static let editInterval = 3.0
    /// Between two looks at a place in the queue, in seconds.
    static let queueInterval = 20.0
    /// What is done sooner is not shown on its way.
    static let quickly = 1.5

    let ports: BotPorts
    let configuration: BotConfiguration

    var transcriptions: Transcriptions { ports.transcriptions }

    /// Returns once nothing is left to do. Throws what passes: the store, the queue, Telegram for long.
    func run(_ job: JobID) async throws {
        guard var request = try await ports.store.request(job) else { return }
        while request.stage != .done {
            try Task.checkCancellation()
            guard let next = try await step(request) else { return }
            request = next
        }
    }

    private func step(_ request: MediaRequest) async throws -> MediaRequest? {
        if request.isDeleted { return try await remove(request) }
        switch request.stage {
        case .accepted: return try await admit(request)
        case .submitted: return try await serve(request)
        case .answered: return try await sendFiles(request)
        case .done: return request
        }
    }

    /// A step that is simply taken again when a power cut takes it back.
    func change(
        _ request: MediaRequest, surviving harm: Harm = .kill,
        _ change: @escaping @Sendable (inout MediaRequest) -> Void
    ) async throws -> MediaRequest? {
        try await ports.store.change(request.job, surviving: harm, change)
    }

    // MARK: - Into the queue

    private func admit(_ request: MediaRequest) async throws -> MediaRequest? {
        if request.isCancelled { return try await refuse(request, .cancelled) }
        do {
            let wish = wish(of: request)
            let order = try await transcriptions.order(of: wish)
            let draft = JobDraft(id: request.job, owner: request.owner, name: request.file.name, isDurable: true)
            let isKnown = try await recall(request, order, draft)
            if !isKnown {
                let address = TelegramAddress(
                    bot: ports.courier.client.bot, file: request.file.id, bytes: request.file.bytes,
                    chat: request.origin.chat, message: request.origin.message
                ).text
                let admission = try await transcriptions.submit(address: address, draft, wish)
                await transcriptions.release(admission)
            }
            try await ports.faults.step("telegram submitted")
            let submitted = try await change(request) {
                $0.stage = .submitted
                $0.isCached = isKnown
            }
            // Cancelled before there was anything to cancel.
            if submitted?.isCancelled == true {
                _ = try await transcriptions.cancel(request.job, owner: request.owner)
            }
            return submitted
        } catch let failure as JobFailure {
            return try await refuse(request, failure)
        } catch JobStoreError.tooManyWaiting(let seconds) {
            let failure = JobFailure(.permanent, code: Wording.tooManyWaiting, Wording.time(Double(seconds)))
            return try await refuse(request, failure)
        } catch JobStoreError.idTaken {
            // It came into the queue before a crash, by the other way of the two.
            return try await change(request) { $0.stage = .submitted }
        }
    }

    private func recall(
        _ request: MediaRequest, _ order: TranscriptionOrder, _ draft: JobDraft
    ) async throws -> Bool {
        guard let alias = alias(of: request, order), let key = try await ports.store.key(for: alias) else {
            return false
        }
        return try await transcriptions.recall(request.job, key: key, order, draft)
    }

    /// `nil` for files without a size: their name alone is not trusted.
    func alias(of request: MediaRequest, _ order: TranscriptionOrder) -> FileAlias? {
        request.file.bytes.map {
            FileAlias(
                uniqueID: request.file.uniqueID, bytes: $0, options: transcriptions.optionsDigest(order))
        }
    }

    private func wish(of request: MediaRequest) -> TranscriptionWish {
        let chosen = request.preferences
        let model = chosen.model ?? (chosen.provider == nil ? configuration.defaultModel : nil)
        return TranscriptionWish(
            engine: EngineWish(
                providers: chosen.provider.map { [$0] } ?? configuration.defaultProviders, model: model,
                language: chosen.language),
            speakers: chosen.findsSpeakers == true ? SpeakerWish() : nil)
    }

    private func refuse(_ request: MediaRequest, _ failure: JobFailure) async throws -> MediaRequest? {
        try await change(request) {
            $0.refusal = failure
            $0.stage = .submitted
        }
    }

    // MARK: - The message

    private func serve(_ request: MediaRequest) async throws -> MediaRequest? {
        do {
            guard let status = request.status else { return try await sendStatus(request) }
            let ending = try await follow(request, status)
            guard let now = try await ports.store.request(request.job) else { return nil }
            if now.isDeleted { return now }
            return try await answer(now, status, ending)
        } catch let error as BotAPIError where error.movedTo != nil {
            // The group became a supergroup, with another id and other messages.
            return try await change(request) {
                $0.chat = error.movedTo ?? $0.chat
                $0.status = nil
                $0.thread = nil
            }
        } catch let error as BotAPIError where [.forbidden, .noChat].contains(error.code) {
            // Blocked, removed from the group, or the chat is gone: nobody waits for it any more.
            ports.log.note(
                LogEvent(
                    .info, "telegram chat lost",
                    ["job": .text(request.job.text), "reason": .text(error.code.rawValue)]))
            _ = try await transcriptions.cancel(request.job, owner: request.owner)
            return try await change(request) { $0.stage = .done }
        }
    }

    private func sendStatus(_ request: MediaRequest) async throws -> MediaRequest? {
        let wording = Wording(request: request)
        let destination = Destination(chat: request.chat, thread: request.thread, replyTo: request.message)
        let message: Int64
        if request.isCached {
            message = try await ports.courier.deliver(to: request.chat, .answer) { client in
                try await client.sendMessage(wording.found(), to: destination)
            }
        } else {
            message = try await ports.courier.deliver(to: request.chat, .answer) { client in
                try await client.sendMessage(
                    wording.queued(await queue(for: request)), to: destination, keyboard: wording.cancelButton)
            }
        }
        try await ports.faults.step("telegram status sent")
        let changed = try await change(request) { $0.status = message }
        try await ports.faults.step("telegram status kept")
        return changed
    }

    /// How the queue is for this request.
    func queue(for request: MediaRequest) async -> Wording.Queue {
        let busy = await transcriptions.workload().values.reduce(0, +)
        var queue = Wording.Queue(busy: min(busy, configuration.workers), workers: configuration.workers)
        guard let view = try? await transcriptions.job(request.job, owner: request.owner) else { return queue }
        queue.position = try? await transcriptions.progress(of: request.job, owner: request.owner)?.position
        let order = view.execution.order
        if let speed = await transcriptions.speeds().speed(.init(engine: order.engine, model: order.model)), speed > 0,
            let seconds = request.file.duration
        {
            queue.expected = seconds / speed * Double((queue.position ?? 0) + 1)
        }
        let own = (try? await ports.store.requests(of: request.person, limit: configuration.perUser + 1)) ?? []
        if own.count(where: \.isInWork) > configuration.perUser {
            queue.ownLimit = configuration.perUser
        }
        return queue
    }

    /// Edits the message while the job is in work. Returns how it ended.
    private func follow(_ request: MediaRequest, _ status: Int64) async throws -> Result<Transcript, JobFailure> {
        if let refusal = request.refusal { return .failure(refusal) }
        return try await withThrowingTaskGroup(of: Result<Transcript, JobFailure>?.self) { group in
            group.addTask { try await ending(of: request) }
            group.addTask {
                await showProgress(of: request, status)
                return nil
            }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                guard let ending = next else { continue }
                group.cancelAll()
                // An edit under way arrives before the answer, or it would replace it.
                try? await group.waitForAll()
                return ending
            }
            throw CancellationError()
        }
    }

    private func ending(of request: MediaRequest) async throws -> Result<Transcript, JobFailure> {
        while true {
            do {
                return try await transcriptions.ending(of: request.job, owner: request.owner)
            } catch is CancellationError {
                // It ended between two looks; the store has it now.
                try Task.checkCancellation()
                await Task.yield()
            } catch JobStoreError.notFound {
                return .failure(
                    JobFailure(.permanent, code: "gone", "The text is no longer kept; send the file again."))
            }
        }
    }

    /// Every change, and every so often while it waits: others go before it, and its place with them.
    private func looks(at request: MediaRequest, _ show: (JobProgress) async throws -> Void) async throws {
        let (looks, inbox) = AsyncStream.makeStream(of: JobProgress.self, bufferingPolicy: .bufferingNewest(1))
        let changes = try await transcriptions.watch(request.job, owner: request.owner)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                for await progress in changes { inbox.yield(progress) }
                inbox.finish()
            }
            group.addTask {
                while true {
                    try await Task.sleep(for: .seconds(Self.queueInterval))
                    let now = try await transcriptions.progress(of: request.job, owner: request.owner)
                    guard let now, now.stage == .queued else { continue }
                    inbox.yield(now)
                }
            }
            for await progress in looks { try await show(progress) }
        }
    }

    private func showProgress(of request: MediaRequest, _ status: Int64) async {
        let wording = Wording(request: request)
        var last = ""
        do {
            try await Task.sleep(for: .seconds(Self.quickly))
            try await looks(at: request) { progress in
                if progress.stage.isFinal { return }
                let text = wording.progress(progress, await queue(for: request))
                guard text != last else { return }
                last = text
                try await ports.courier.deliver(to: request.chat, .progress) { client in
                    try await finishing {
                        try await client.editMessage(status, in: request.chat, text, keyboard: wording.cancelButton)
                    }
                }
                try await Task.sleep(for: .seconds(Self.editInterval))
            }
        } catch {
            // Progress is not worth more tries; the answer will say what matters.
        }
    }

    // MARK: - The answer

    private func answer(
        _ request: MediaRequest, _ status: Int64, _ ending: Result<Transcript, JobFailure>
    ) async throws -> MediaRequest? {
        let wording = Wording(request: request, publishes: ports.office != nil)
        let answer =
            switch ending {
            case .success(let transcript): wording.answer(transcript)
            case .failure(let failure): wording.failure(failure)
            }
        do {
            try await ports.courier.deliver(to: request.chat, .answer) { client in
                try await client.editMessage(status, in: request.chat, answer.text, keyboard: answer.keyboard)
            }
        } catch let error as BotAPIError where error.code == .noMessage {
            // Somebody deleted it; the answer comes all the same.
            return try await change(request) { $0.status = nil }
        } catch let error as BotAPIError where error.code == .refused {
            ports.log.note(LogEvent(.error, "telegram refused an answer", ["reason": .text(error.description)]))
        }
        try await ports.faults.step("telegram answered")
        var changes = [AccountChange.mark(request.job, .answered)]
        if case .success(let transcript) = ending { changes += await gains(request, transcript) }
        try await ports.store.apply(changes)
        try await ports.faults.step("telegram answer kept")
        return try await ports.store.request(request.job)
    }

    /// What is learned from a success.
    private func gains(_ request: MediaRequest, _ transcript: Transcript) async -> [AccountChange] {
        let cost = request.isCached ? 0 : transcript.parts.reduce(0) { $0 + $1.cost }
        let usage = Usage(files: 1, seconds: transcript.duration, cost: cost)
        var changes = [AccountChange.usage(request.person, usage)]
        if let view = try? await transcriptions.job(request.job, owner: request.owner), let key = view.execution.key,
            let alias = alias(of: request, view.execution.order)
        {
            changes.append(.alias(alias, key: key, at: ports.clock.now().wall))
        }
        return changes
    }
}

/// Runs work to its end even when the task that asks for it is cancelled: a call that is on its way may be carried out.
func finishing<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
    // Awaited here.
    try await Task { try await work() }.value
}
