import Jobs
import Redis
import RedisTesting
import Scheduling
import SharedStores
import Testing
import Transcription

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(2)))
struct NodeRollTests {
    private static func node(_ id: String, places: Int = 2) -> NodeRecord {
        NodeRecord(id: id, name: "naïve \(id)", version: "1", engines: [], places: places)
    }

    /// The server passes over what has expired by its own time; this waits for that, not for a number of seconds.
    private static func until(_ condition: () async throws -> Bool) async throws {
        while !(try await condition()) { await Task.yield() }
    }

    @Test
    func `A node stays on the roll until it leaves or its time is over`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let (one, two) = (RedisNodeRoll(try bench.place()), RedisNodeRoll(try bench.place()))
        try await one.announce(Self.node("a"), for: 600)
        try await one.announce(Self.node("b"), for: 600)
        try await two.announce(Self.node("c"), for: 0.05)
        try await one.announce(Self.node("a", places: 7), for: 700)
        try await Self.until { try await two.nodes().count == 2 }
        let found = try await two.nodes().sorted { $0.id < $1.id }
        #expect(found == [Self.node("a", places: 7), Self.node("b")])
        try await two.leave("a")
        #expect(try await one.nodes() == [Self.node("b")])
        await bench.end()
    }

    @Test
    func `The lead passes when it is given back by its holder or has expired, and in each matter alone`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let roll = RedisNodeRoll(try bench.place())
        #expect(try await roll.lead("polling", as: "a", for: 600))
        #expect(try await !roll.lead("polling", as: "b", for: 600))
        #expect(try await roll.lead("other", as: "b", for: 600))
        try await roll.yield("polling", as: "b")
        #expect(try await !roll.lead("polling", as: "b", for: 600), "not its to give")
        #expect(try await roll.lead("polling", as: "a", for: 600), "renewed")
        try await roll.yield("polling", as: "a")
        #expect(try await roll.lead("polling", as: "b", for: 0.05))
        try await Self.until { try await roll.lead("polling", as: "a", for: 600) }
        #expect(try await !roll.lead("polling", as: "b", for: 600))
        await bench.end()
    }

    @Test
    func `Of many contenders one leads at a time`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let rolls = [RedisNodeRoll(try bench.place()), RedisNodeRoll(try bench.place())]
        let turns = Turns()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<8 {
                group.addTask {
                    for _ in 0..<50 {
                        guard try await rolls[number % 2].lead("m", as: "n\(number)", for: 600) else { continue }
                        await turns.begin(number)
                        #expect(try await rolls[number % 2].lead("m", as: "n\(number)", for: 600))
                        await turns.end()
                        try await rolls[number % 2].yield("m", as: "n\(number)")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(await turns.overlaps == 0)
        #expect(await turns.count > 0)
        await bench.end()
    }

    @Test
    func `A server that is away is an error within the time of a request`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let roll = RedisNodeRoll(try bench.place(patience: .seconds(4)))
        _ = try await roll.nodes()
        bench.server.freeze()
        let began = ContinuousClock.now
        await #expect(throws: JobStoreError.self) { _ = try await roll.lead("m", as: "a", for: 5) }
        #expect(began.duration(to: .now) < .seconds(5))
        bench.server.kill()
        await #expect(throws: JobStoreError.self) { _ = try await roll.nodes() }
        try bench.server.start()
        try await Self.until { (try? await roll.lead("m", as: "a", for: 5)) == true }
        await bench.end()
    }
}

/// Who leads at this moment, as the leaders themselves believe.
private actor Turns {
    private var leader: Int?
    private(set) var overlaps = 0
    private(set) var count = 0

    func begin(_ number: Int) {
        if leader != nil { overlaps += 1 }
        leader = number
        count += 1
    }

    func end() { leader = nil }
}
