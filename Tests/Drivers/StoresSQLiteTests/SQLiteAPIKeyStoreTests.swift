import AccountStoreConformance
import SQLite
import StoresSQLite
import Testing

@Suite(.timeLimit(.minutes(2)))
struct SQLiteAPIKeyStoreTests {
    @Test(arguments: APIKeyStoreConformance.all.indices)
    func `the SQLite store keeps the promises of the port`(index: Int) async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        try await APIKeyStoreConformance.all[index].check(SQLiteAPIKeyStore(database))
        try await database.close()
    }
}
