import AccountStoreConformance
import Accounts
import SQLite
import StoresSQLite
import Testing

@Suite(.timeLimit(.minutes(10)))
struct SQLiteAccountStoreTests {
    @Test(arguments: AccountStoreConformance.all.map(\.name))
    func `the SQLite store keeps the promises of the port`(name: String) async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let check = try #require(AccountStoreConformance.all.first { $0.name == name }?.check)
        try await check(SQLiteAccountStore(database))
        try await database.close()
    }
}
