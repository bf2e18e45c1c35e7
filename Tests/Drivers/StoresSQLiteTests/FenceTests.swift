import JobStoreConformance
import Jobs
import SQLite
import Testing

@testable import StoresSQLite

@Suite(.timeLimit(.minutes(10)))
struct FenceTests {
    @Test func `A change under a stale fence touches no row, whoever makes it`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let store = try await SQLiteJobStore.open(database, rules: StoreFixture.rules(ManualClock()))
        let submission = Submission(
            id: try #require(JobID("a")), owner: .local, name: "a", digest: "d", isEphemeral: false, key: nil,
            order: TranscriptionOrder(engine: "sphinx", model: "en-us"), media: .kept(name: "m", bytes: 1))
        let queued = try await store.submit(submission).view.execution
        let running = try #require(try await store.claim(ClaimRequest(lanes: [.short], perOwner: 1))).execution
        var otherAttempt = running
        otherAttempt.attempt += 1
        var unknown = running
        unknown.id = ExecutionID("unknown")
        for (change, stale) in [(running, queued), (running, otherAttempt), (unknown, running)] {
            await #expect(throws: JobStoreError.leaseLost) {
                try await database.write { transaction in
                    let records = SQLiteJobRecords(transaction: transaction)
                    var record = ExecutionRecord(execution: change, sequence: 1)
                    record.execution.priority = 77
                    try records.update(record, Fence(stale))
                }
            }
        }
        #expect(try await store.job(submission.id, owner: nil)?.execution == running)
        try await database.close()
    }
}
