import LinkStoreConformance
import Redis
import RedisTesting
import SharedStores
import Streaming
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(2)))
struct RedisLinkStoreTests {
    @Test(arguments: LinkStoreConformance.all.map(\.name))
    func `the store in Redis keeps the promises of the port`(name: String) async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let check = try #require(LinkStoreConformance.all.first { $0.name == name }?.check)
        try await check(RedisLinkStore(try bench.place()))
        await bench.end()
    }

    @Test
    func `Counts stay right whatever nodes do at the same time, and nothing is left of what was pruned`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let place = try bench.place()
        let stores = [RedisLinkStore(place), RedisLinkStore(try bench.place())]
        let records = (1...600).map { LinkStoreConformance.record(Int64($0), expiresAt: 50) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores {
                group.addTask {
                    for record in records {
                        _ = try await store.publish(record)
                        if record.file.size % 20 == 0 { _ = try await store.revoke(record.id, owner: nil) }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await stores[0].counts().links == 300)
        try await stores[1].prune(before: 100)
        #expect(try await stores[0].counts() == LinkCounts())
        #expect(try await stores[0].records(of: "telegram:1", limit: 10).isEmpty)
        let keys = try await place.client.call(RedisCommand("KEYS", "*")).array?.compactMap(\.text).sorted()
        #expect(keys == ["{test}:shared:links:count", "{test}:shared:links:number"])
        await bench.end()
    }
}
