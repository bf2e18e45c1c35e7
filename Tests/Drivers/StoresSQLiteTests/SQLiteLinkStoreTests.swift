import LinkStoreConformance
import SQLite
import StoresSQLite
import Testing

@Suite(.timeLimit(.minutes(2)))
struct SQLiteLinkStoreTests {
    @Test(arguments: LinkStoreConformance.all.map(\.name))
    func `the SQLite store keeps the promises of the port`(name: String) async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let check = try #require(LinkStoreConformance.all.first { $0.name == name }?.check)
        try await check(SQLiteLinkStore(database))
        try await database.close()
    }
}
