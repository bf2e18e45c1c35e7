import JobStoreConformance
import Jobs
import Redis
import RedisTesting
import StoresRedis
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(10)))
struct RedisJobStoreTests {
    @Test
    func `The Redis store keeps every promise of the port`() async throws {
        let fixture = try await StoreFixture()
        // Each check in an installation of its own: one server holds them all.
        for (number, check) in JobStoreConformance.checks.enumerated() {
            let violations = await check.violations { rules in
                RedisJobStore(fixture.client, rules: rules, prefix: "check-\(number)", clock: rules.clock)
            }
            #expect(violations == [], "\(check)")
        }
        await fixture.end()
    }
}
