import JobStoreConformance
import Jobs
import Testing

@Suite(.timeLimit(.minutes(10)))
struct MemoryJobStoreTests {
    @Test(arguments: JobStoreConformance.checks)
    func `The memory store keeps the promises of the port`(check: JobStoreConformance) async {
        let violations = await check.violations { MemoryJobStore(rules: $0) }
        #expect(violations == [])
    }
}
