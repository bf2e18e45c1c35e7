import AccountStoreConformance
import Accounts
import Jobs
import Redis
import RedisTesting
import SharedStores
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(2)))
struct RedisAccountStoreTests {
    private static func request(_ id: String) throws -> MediaRequest {
        MediaRequest(
            job: try #require(JobID(id)), person: 1, chat: -1_001_234_567_890, message: 1,
            file: ChatFile(id: "f", uniqueID: "u", bytes: 5_000_000_001, name: "naïve"), preferences: Preferences(),
            interface: "en", createdAt: 1_700_000_000.123456)
    }

    @Test(arguments: AccountStoreConformance.all.map(\.name))
    func `the store in Redis keeps the promises of the port`(name: String) async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let check = try #require(AccountStoreConformance.all.first { $0.name == name }?.check)
        try await check(RedisAccountStore(try bench.place()))
        await bench.end()
    }

    @Test(arguments: APIKeyStoreConformance.all.map(\.name))
    func `the keys in Redis keep the promises of the port`(name: String) async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let check = try #require(APIKeyStoreConformance.all.first { $0.name == name }?.check)
        try await check(RedisAPIKeyStore(try bench.place()))
        await bench.end()
    }

    @Test
    func `Of nodes that decide the same update one does, with all its changes`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let stores = [RedisAccountStore(try bench.place()), RedisAccountStore(try bench.place())]
        let updates = (1...50).map { StoredUpdate(id: $0, body: [UInt8($0)]) }
        let new = try await withThrowingTaskGroup(of: Int.self) { group in
            for store in stores { group.addTask { try await store.receive(updates, at: 5) } }
            return try await group.reduce(0, +)
        }
        #expect(new == 50, "both got them from Telegram")
        let decided = try await withThrowingTaskGroup(of: Int.self) { group in
            for (node, store) in stores.enumerated() {
                group.addTask {
                    var count = 0
                    for update in try await store.pendingUpdates(limit: 50) {
                        let changes: [AccountChange] = [
                            .message(OutgoingMessage(body: [UInt8(node)])),
                            .usage(1, Usage(files: 1, seconds: 0.5, cost: 0)),
                        ]
                        if try await store.settle(update.id, changes) { count += 1 }
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(decided == 50)
        #expect(try await stores[0].outbox(after: 0, limit: 1000).count == 50)
        #expect(try await stores[1].profile(person: 1, chat: 1).usage == Usage(files: 50, seconds: 25, cost: 0))
        await bench.end()
    }

    @Test
    func `Changes of one request by several nodes are all kept`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let stores = [RedisAccountStore(try bench.place()), RedisAccountStore(try bench.place())]
        let request = try Self.request("job")
        try await stores[0].apply([.request(request)])
        #expect(try await stores[1].request(request.job) == request, "to the last digit")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try await stores[number % 2].change(request.job, surviving: .powerCut) {
                        $0.attachments.append(Int64(number))
                    }
                }
            }
            group.addTask { try await stores[1].apply([.mark(request.job, .cancelled)]) }
            try await group.waitForAll()
        }
        let now = try #require(try await stores[0].request(request.job))
        #expect(now.attachments.sorted() == Array(0..<20) && now.isCancelled)
        await bench.end()
    }

    @Test
    func `What was promised outlives a killed server, and a server that is away is an error in time`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let store = RedisAccountStore(try bench.place(patience: .seconds(4)))
        for id in 1...20 as ClosedRange<Int64> {
            #expect(try await store.receive([StoredUpdate(id: id, body: [1])], at: 1) == 1)
        }
        bench.server.kill()
        let began = ContinuousClock.now
        await #expect(throws: AccountStoreError.self) { _ = try await store.settle(1, []) }
        #expect(began.duration(to: .now) < .seconds(5))
        try bench.server.start()
        try await bench.ready()
        #expect(try await store.pendingUpdates(limit: 100).count == 20)
        await bench.end()
    }

    @Test
    func `A decision whose answer was lost is made once, and its maker learns of it`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let link = FaultyLink(to: bench.server.port, on: bench.loop)
        let store = RedisAccountStore(try bench.place(port: try await link.start()) { $0.connections = 1 })
        let request = try Self.request("job")
        _ = try await store.receive([StoredUpdate(id: 1, body: [1])], at: 1)
        // Both scripts are known to the server, so that each is one piece of what is sent.
        try await store.apply([.request(request)])
        await link.set(.swallowAnswers)
        let pieces = await link.pieces
        async let isDecided = store.settle(1, [.message(OutgoingMessage(body: [7])), .mark(request.job, .cancelled)])
        // The reading of the request.
        await link.received(pieces + 1)
        await link.set(.forward)
        await link.cut()
        #expect(try await isDecided)

        await link.set(.swallowAnswers)
        let before = await link.pieces
        async let isNew = store.receive([StoredUpdate(id: 2, body: [1])], at: 1)
        await link.received(before + 1)
        let direct = RedisAccountStore(try bench.place())
        while try await direct.pendingUpdates(limit: 1).isEmpty { await Task.yield() }
        await link.set(.forward)
        await link.cut()
        #expect(try await isNew == 1, "once it had been done its answer was lost")

        await link.set(.swallowAnswers)
        let third = await link.pieces
        async let isSettled = store.settle(2, [.message(OutgoingMessage(body: [8]))])
        await link.received(third + 1)
        while try await !direct.pendingUpdates(limit: 1).isEmpty { await Task.yield() }
        await link.set(.forward)
        await link.cut()
        #expect(try await isSettled)
        #expect(try await direct.outbox(after: 0, limit: 9).map(\.body) == [[7], [8]])
        await link.stop()
        await bench.end()
    }

    @Test
    func `Nothing acknowledged is lost while the server is killed again and again`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let stores = [RedisAccountStore(try bench.place()), RedisAccountStore(try bench.place())]
        let kept = Kept()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 as Range<Int64> {
                group.addTask {
                    for number in 0..<60 as Range<Int64> {
                        let id = number * 4 + worker + 1
                        let new = try await stores[Int(worker) % 2].receive([StoredUpdate(id: id, body: [1])], at: 1)
                        #expect(new == 1, "once, also when it was sent twice")
                        guard try await stores[Int(worker + 1) % 2].settle(id, [.message(OutgoingMessage(body: [2]))])
                        else { continue }
                        await kept.add(id)
                    }
                }
            }
            for round in 1...5 {
                await kept.reach(round * 30)
                bench.server.kill()
                try bench.server.start()
            }
            try await group.waitForAll()
        }
        #expect(await kept.count == 240)
        #expect(try await stores[0].pendingUpdates(limit: 1000).isEmpty)
        #expect(try await stores[0].outbox(after: 0, limit: 1000).count == 240)
        await bench.end()
    }

    @Test
    func `Nothing is left of what was pruned, however much it was`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let place = try bench.place()
        let store = RedisAccountStore(place)
        let updates = (1...1300).map { StoredUpdate(id: $0, body: [1]) }
        _ = try await store.receive(updates, at: 1)
        let requests = try (1...1300).map { number in
            var request = try Self.request("job\(number)")
            request.stage = .done
            request.createdAt = 1
            request.album = "a\(number)"
            request.status = Int64(number)
            return request
        }
        try await store.apply(requests.map { .request($0) })
        for id in 1...1300 as ClosedRange<Int64> where id != 700 { _ = try await store.settle(id, []) }
        try await store.prune(before: 10)
        #expect(try await store.pendingUpdates(limit: 9).map(\.id) == [700])
        let keys = try await place.client.call(RedisCommand("KEYS", "*")).array?.compactMap(\.text).sorted()
        #expect(
            keys?.filter { !$0.contains(":done:") }
                == ["bodies", "last", "pending", "received", "requests"].map { "{test}:shared:accounts:" + $0 })
        await bench.end()
    }
}

/// What was acknowledged.
private actor Kept {
    private(set) var count = 0
    private var waiters: [(Int, CheckedContinuation<Void, Never>)] = []

    func add(_ id: Int64) {
        count += 1
        for waiter in waiters where waiter.0 <= count { waiter.1.resume() }
        waiters.removeAll { $0.0 <= count }
    }

    func reach(_ number: Int) async {
        guard count < number else { return }
        await withCheckedContinuation { waiters.append((number, $0)) }
    }
}
