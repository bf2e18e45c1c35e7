import JobStoreConformance
import Jobs
import SQLite
import StoresSQLite
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SQLiteJobStoreTests {
    @Test(arguments: JobStoreConformance.checks)
    func `The SQLite store keeps the promises of the port`(check: JobStoreConformance) async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let violations = await check.violations { try await SQLiteJobStore.open(database, rules: $0) }
        #expect(violations == [])
        try await database.close()
    }
}
