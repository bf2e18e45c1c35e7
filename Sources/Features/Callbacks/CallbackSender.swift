public import HTTPClient
import HTTPTypes
public import Jobs
public import Telemetry

/// Sends announcements until the process ends: what is due comes from the store, what the desk lets through is sent,
/// and what came of it is written before anything else of the same job is sent.
public actor CallbackSender {
    public struct Configuration: Sendable {
        public var schedule = CallbackSchedule.standard
        public var signature: WebhookSignature
        /// Of one try, from the look-up of the name to the answer's end.
        public var timeout = Duration.seconds(10)
        /// Where it may be sent.
        public var addresses = HTTPClientRequest.AddressPolicy.publicOnly

        public init(signature: WebhookSignature) { self.signature = signature }
    }

    /// Writes an announcement; nil when there is nothing left to say.
    public typealias Body = @Sendable (Announcement) async throws -> [UInt8]?

    private let store: any JobStore
    private let client: HTTPClient
    private let configuration: Configuration
    private let bell: CallbackBell
    private let body: Body
    private let clock: any JobClock
    private let log: any EventLog
    private let metrics: Metrics
    private var desk: CallbackDesk

    public init(
        _ store: any JobStore, _ client: HTTPClient, _ configuration: Configuration, bell: CallbackBell,
        clock: any JobClock, log: any EventLog, metrics: Metrics, body: @escaping Body
    ) {
        self.store = store
        self.client = client
        self.configuration = configuration
        self.bell = bell
        self.clock = clock
        self.log = log
        self.metrics = metrics
        self.body = body
        desk = CallbackDesk(configuration.schedule)
    }

    /// Works until the task is cancelled; what is on its way then is sent again after the next start.
    public func run() async {
        await withDiscardingTaskGroup { group in
            bell.ring()
            for await _ in bell.rings {
                if Task.isCancelled { break }
                do {
                    for announcement in try await due() {
                        group.addTask { await self.deliver(announcement) }
                    }
                    if let wait = try await nextLook() { bell.ring(in: wait) }
                } catch {
                    log.note(LogEvent(.error, "callbacks wait", ["reason": .text("\(error)")]))
                    bell.ring(in: 1)
                }
            }
            bell.silence()
            group.cancelAll()
        }
    }

    private func due() async throws(JobStoreError) -> [Announcement] {
        let query = desk.query(now: clock.now().wall)
        guard query.limit > 0 else { return [] }
        return desk.take(try await store.dueAnnouncements(query))
    }

    /// Seconds until something is due that has a place; nil when only an answer or a new announcement changes anything.
    private func nextLook() async throws(JobStoreError) -> Double? {
        let query = desk.query(now: clock.now().wall)
        let next = query.limit > 0 ? try await store.nextAnnouncement(query) : nil
        return [next, desk.nextRestEnds(now: clock.now().wall)].compactMap(\.self).min()
    }

    // MARK: - One try

    private func deliver(_ announcement: Announcement) async {
        guard let answer = await send(announcement) else { return free(announcement) }
        note(announcement, answer)
        let settlement = desk.settle(
            announcement, answer, now: clock.now().wall, chance: .random(in: 0...1))
        do {
            // Awaited here; written even when the process is about to stop, so that nothing is sent twice for that.
            try await Task.detached { [store] in try await Self.write(settlement, announcement, store) }.value
        } catch {
            // Not written: it is due still, and is sent once more under the same name. Not at once.
            log.note(LogEvent(.error, "callback not settled", ["reason": .text("\(error)")]))
            try? await Task.sleep(for: .seconds(1))
        }
        free(announcement)
    }

    private static func write(
        _ settlement: CallbackDesk.Settlement, _ announcement: Announcement, _ store: any JobStore
    ) async throws {
        switch settlement {
        case .remove: try await store.removeAnnouncement(announcement.id)
        case .postpone(let wait): try await store.postpone(announcement.id, by: wait)
        }
    }

    private func free(_ announcement: Announcement) {
        desk.release(announcement)
        bell.ring()
    }

    /// Nil when nothing is known: the process stops, or the store cannot be read.
    private func send(_ announcement: Announcement) async -> CallbackAnswer? {
        do {
            guard let bytes = try await body(announcement) else { return .refused("the job is gone") }
            let request = try CallbackRequest.make(
                announcement, bytes, signature: configuration.signature, now: clock.now().wall,
                timeout: configuration.timeout, addresses: configuration.addresses)
            let response = try await client.execute(request)
            let answer = CallbackAnswer(
                status: response.status, response.fields, now: clock.now().wall)
            try? await Self.drain(response)
            return answer
        } catch is JobStoreError {
            // Nothing was tried. Not at once again.
            try? await Task.sleep(for: .seconds(1))
            return nil
        } catch {
            return Task.isCancelled ? nil : CallbackAnswer(error)
        }
    }

    /// Reads a short answer, so that its connection can be used again; a long one is left.
    private static func drain(_ response: HTTPClientResponse) async throws {
        var read = 0
        for try await chunk in response.body {
            read += chunk.count
            if read > CallbackRequest.longestAnswer { break }
        }
    }

    private func note(_ announcement: Announcement, _ answer: CallbackAnswer) {
        let word: String
        var reason: String?
        switch answer {
        case .delivered: word = "delivered"
        case .refused(let why): (word, reason) = ("refused", why)
        case .failed(let why, _):
            let isLast = announcement.tries >= configuration.schedule.waits.count
            (word, reason) = (isLast ? "given up" : "failed", why)
        }
        metrics.add(to: .init("stentor_callbacks_total", ["result": word]))
        log.note(
            LogEvent(
                reason == nil ? .info : .warning, "callback \(word)",
                [
                    "job": .text(announcement.job.text), "id": .text(announcement.id),
                    "try": .whole(announcement.tries + 1), "reason": .text(reason ?? "-"),
                ]))
    }
}
