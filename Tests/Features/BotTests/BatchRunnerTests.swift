import BotAPI
import EventLoops
import HTTPClient
import HTTPRouting
import HTTPTesting
import HTTPTypes
import Jobs
import Streaming
import Telemetry
import Testing

@testable import Bot

@Suite(.timeLimit(.minutes(2)))
struct BatchRunnerTests {
    @Test func `a thousand messages become one list`() async throws {
        try await withBench { bench in
            let batch = bench.batch(1...1000)
            try await bench.runner.begin(batch)
            let ended = try await bench.ending(of: batch)
            #expect(ended.state == .done && ended.found == 334 && ended.isProtected == 1 && ended.missing == 1)
            let list = try #require(await bench.telegram.documents.first)
            #expect(
                list.split(whereSeparator: \.isNewline).count { $0.hasPrefix("https://files.example/stream/") } == 334)
            #expect(await bench.directory.questions.count == 10)
            #expect(await bench.telegram.texts.last?.contains("334") == true)
        }
    }

    @Test func `what ended in the middle goes on where it was`() async throws {
        let store = MemoryLinkStore()
        let batch = Bench.batch(1...1000)
        try await withBench(store) { bench in
            await bench.directory.stopAt(500)
            try await bench.runner.begin(batch)
            await bench.directory.waitForStop()
        }
        #expect(await store.openBatches().map(\.next) == [401])
        try await withBench(store) { bench in
            let ended = try await bench.ending(of: batch)
            #expect(ended.state == .done && ended.found == 334)
            #expect(await bench.directory.questions.first == 401...500)
            #expect(await bench.telegram.texts.allSatisfy { !$0.contains("0 of") }, "it was not announced again")
        }
    }

    @Test func `a pause that telegram asks for is told, waited for, and can be ended`() async throws {
        try await withBench { bench in
            await bench.directory.fail([.busy(seconds: 1), .unreachable])
            let batch = bench.batch(1...50)
            try await bench.runner.begin(batch)
            let ended = try await bench.ending(of: batch)
            #expect(ended.state == .done && ended.found == 17)
            #expect(await bench.telegram.texts.contains { $0.contains("pause of 0:01") })
            await bench.directory.fail([.busy(seconds: 3600)])
            let second = bench.batch(1...50)
            try await bench.runner.begin(second)
            await bench.telegram.waitForText { $0.contains("pause of 1:00:00") }
            #expect(await bench.runner.stop(second.id, owner: "telegram:2") == false)
            #expect(await bench.runner.stop(second.id, owner: "telegram:1"))
            #expect(try await bench.ending(of: second).state == .cancelled)
        }
    }

    @Test("Where the bot may not look, it says so", arguments: [DirectoryFailure.notMember, .unknownPlace])
    func refusals(_ failure: DirectoryFailure) async throws {
        try await withBench { bench in
            await bench.directory.fail([failure])
            let batch = bench.batch(1...50)
            try await bench.runner.begin(batch)
            let ended = try await bench.ending(of: batch)
            #expect(ended.state == .failed && ended.failure == failure)
            #expect(
                await bench.telegram.texts.last?.contains(failure == .notMember ? "not a member" : "not find") == true)
        }
    }

    private func withBench(
        _ store: MemoryLinkStore = MemoryLinkStore(), _ body: (Bench) async throws -> Void
    ) async throws {
        let telegram = StubTelegram()
        try await withTestServer(StubResponder(telegram: telegram)) { server in
            let http = try HTTPClient(on: server.loops.loops[0])
            let token = try #require(BotToken("42:abcdefghijklmnop"))
            let courier = Courier(BotClient(http, token: token, base: "http://127.0.0.1:\(server.port)"))
            let office = LinkOffice(base: "https://files.example", store: store, signer: PlainSigner()) { 0 }
            let directory = StubDirectory()
            let runner = BatchRunner(
                Publisher(office: office, courier: courier, metrics: Metrics()), directory, clock: TestClock(),
                log: NoLog())
            // Awaited below.
            let work = Task { await runner.run() }
            let result: Result<Void, any Error>
            do {
                result = .success(
                    try await body(Bench(runner: runner, directory: directory, telegram: telegram, store: store)))
            } catch {
                result = .failure(error)
            }
            work.cancel()
            await work.value
            await http.shutDown()
            try result.get()
        }
    }
}

private struct Bench {
    let runner: BatchRunner
    let directory: StubDirectory
    let telegram: StubTelegram
    let store: MemoryLinkStore

    static func batch(_ messages: ClosedRange<Int64>) -> LinkBatch {
        var generator = SystemRandomNumberGenerator()
        return LinkBatch(
            id: .random(using: &generator), owner: "telegram:1", chat: 7, thread: nil, replyTo: 3, interface: "en",
            source: .channel(5), topic: nil, messages: messages, form: .txt, createdAt: 0)
    }

    func batch(_ messages: ClosedRange<Int64>) -> LinkBatch { Self.batch(messages) }

    func ending(of batch: LinkBatch) async throws -> LinkBatch {
        while true {
            if let now = await store.batch(batch.id), now.state != .open { return now }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// Every third message has a file; the first is protected, the second deleted.
private actor StubDirectory: MessageDirectory {
    private(set) var questions: [ClosedRange<Int64>] = []
    private var failures: [DirectoryFailure] = []
    private var stop: Int64?
    private var stopWaiter: CheckedContinuation<Void, Never>?
    private var hasStopped = false

    func fail(_ failures: [DirectoryFailure]) { self.failures = failures }
    func stopAt(_ message: Int64) { stop = message }

    func waitForStop() async {
        if !hasStopped { await withCheckedContinuation { stopWaiter = $0 } }
    }

    func messages(
        _ numbers: ClosedRange<Int64>, in place: MessageLink.Place
    ) async throws(DirectoryFailure) -> [FoundMessage] {
        if !failures.isEmpty { throw failures.removeFirst() }
        if let stop, numbers.contains(stop) {
            hasStopped = true
            stopWaiter?.resume()
            stopWaiter = nil
            do { try await Task.sleep(for: .seconds(3600)) } catch { throw .cancelled }
        }
        questions.append(numbers)
        return numbers.map { number in
            let file = Streaming.RemoteFile(
                id: "f\(number)", uniqueID: "u\(number)", size: 10, name: "\(number).bin",
                origin: .init(chat: -1_000_000_000_005, message: number))
            let content: FoundMessage.Content =
                number == 2 ? .protected : number == 3 ? .missing : number % 3 == 1 ? .file(file) : .noFile
            return FoundMessage(id: number, content: content)
        }
    }
}

private actor StubTelegram {
    private(set) var texts: [String] = []
    private(set) var documents: [String] = []
    private var waiters: [(test: @Sendable (String) -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

    func took(_ method: String, _ body: String) {
        if method == "sendDocument" { return documents.append(body) }
        texts.append(body)
        for waiter in waiters where waiter.test(body) { waiter.continuation.resume() }
        waiters.removeAll { $0.test(body) }
    }

    func waitForText(_ test: @escaping @Sendable (String) -> Bool) async {
        if texts.contains(where: test) { return }
        await withCheckedContinuation { waiters.append((test, $0)) }
    }
}

private struct StubResponder: HTTPResponder {
    let telegram: StubTelegram

    func respond(to request: HTTPRequest) async throws -> HTTPResponse {
        let body = String(decoding: try await request.body.collect(upTo: 1 << 20), as: UTF8.self)
        await telegram.took(String(request.path.split(separator: "/").last ?? ""), body)
        return HTTPResponse(
            .ok, fields: [.contentType: "application/json"], body: .text(#"{"ok":true,"result":{"message_id":9}}"#))
    }
}

private struct PlainSigner: LinkSigner {
    let currentKey: UInt8 = 1
    func signature(of message: [UInt8], key: UInt8) -> [UInt8]? { Array(repeating: 1, count: 32) }
    func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool { left == right }
}

private struct TestClock: JobClock {
    private let start = ContinuousClock.now

    func now() -> JobInstant {
        let passed = ContinuousClock.now - start
        let seconds = Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
        return JobInstant(monotonic: seconds, wall: seconds)
    }
}
