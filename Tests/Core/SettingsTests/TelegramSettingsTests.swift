import Settings
import Testing

struct TelegramSettingsTests {
    private func settings(_ environment: [String: String]) throws(SettingsError) -> TelegramSettings {
        try Settings(SettingsSource(environment: environment)).telegram
    }

    @Test func `without settings there is no bot`() throws {
        let telegram = try settings([:])
        #expect(telegram.token == nil && telegram.base == nil && telegram.webhookURL == nil)
        #expect(telegram.admins.isEmpty && telegram.allowedUsers.isEmpty && telegram.allowedChats.isEmpty)
        #expect(telegram.language == "en" && telegram.webhookPath == "/webhook" && telegram.webhookPort == nil)
    }

    @Test func `the first of several tokens is the bot`() throws {
        #expect(try settings(["TELEGRAM_BOT_TOKENS": "1:a, 2:b"]).token?.reveal() == "1:a")
        #expect(try settings(["TELEGRAM_BOT_TOKENS": "1:a", "TELEGRAM_BOT_TOKEN": "3:c"]).token?.reveal() == "3:c")
    }

    @Test func `all tokens are kept, the one that talks first and none twice`() throws {
        let both = try settings(["TELEGRAM_BOT_TOKENS": "1:a, 3:c, 2:b", "TELEGRAM_BOT_TOKEN": "3:c"])
        #expect(both.tokens.map { $0.reveal() } == ["3:c", "1:a", "2:b"])
    }

    @Test func `data centres are named with address and port`() throws {
        let found = try settings([
            "STENTOR_TELEGRAM_DCS": "2=127.0.0.1:7002, 4=::1:7004", "STENTOR_TELEGRAM_RSA_KEYS": "keys.pem",
            "TELEGRAM_API_ID": "7", "TELEGRAM_API_HASH": "word",
        ])
        #expect(found.dataCentres.map(\.number) == [2, 4] && found.dataCentres.map(\.port) == [7002, 7004])
        #expect(found.dataCentres.map(\.host) == ["127.0.0.1", "::1"] && found.apiID == 7)
    }

    @Test func `groups have negative ids`() throws {
        #expect(try settings(["TELEGRAM_ALLOWED_CHATS": "-1001, 5"]).allowedChats == [-1001, 5])
    }

    @Test(arguments: [
        ["TELEGRAM_ADMINS": "@name"], ["TELEGRAM_DEFAULT_LANGUAGE": "fr"], ["WEBHOOK_PATH": "webhook"],
        ["WEBHOOK_SECRET": "two words"], ["WEBHOOK_URL": "example.org"], ["WEBHOOK_PORT": "70000"],
        ["TELEGRAM_API_ID": "12"], ["TELEGRAM_API_HASH": "word"], ["TELEGRAM_API_ID": "x"],
        ["STENTOR_TELEGRAM_DCS": "2=127.0.0.1:1"], ["STENTOR_TELEGRAM_RSA_KEYS": "file"],
        ["STENTOR_TELEGRAM_DCS": "2=127.0.0.1"], ["STENTOR_TELEGRAM_DCS": "0=a:1"], ["STENTOR_TELEGRAM_DCS": "2=a:0"],
    ])
    func `what cannot be is refused by its name`(environment: [String: String]) throws {
        let error = #expect(throws: SettingsError.self) { try settings(environment) }
        let name = try #require(environment.keys.first)
        #expect(error?.description.contains(name) == true)
    }
}
