import JobStoreConformance
import Jobs
import Redis
import RedisTesting
import StoresRedis
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(10)))
struct RedisJobStoreTests {
    @Test(arguments: JobStoreConformance.checks)
    func `The Redis store keeps the promises of the port`(check: JobStoreConformance) async throws {
        let fixture = try await StoreFixture()
        let violations = await check.violations { rules in
            RedisJobStore(fixture.client, rules: rules, clock: rules.clock)
        }
        #expect(violations == [])
        await fixture.end()
    }
}
