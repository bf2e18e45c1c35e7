import AccountStoreConformance
import Accounts
import Testing

struct MemoryAccountStoreTests {
    @Test(arguments: AccountStoreConformance.all.map(\.name))
    func `the store in memory keeps the port's promises`(name: String) async throws {
        let check = try #require(AccountStoreConformance.all.first { $0.name == name }?.check)
        try await check(MemoryAccountStore())
    }

    @Test func `a group's choices win over its members' own`() {
        var own = Preferences()
        own.language = "id"
        own.provider = "sphinx"
        var group = Preferences()
        group.language = "pt"
        let both = group.over(own)
        #expect(both.language == "pt" && both.provider == "sphinx" && both.format == nil)
    }
}
