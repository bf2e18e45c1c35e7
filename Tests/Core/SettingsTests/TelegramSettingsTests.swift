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

    @Test func `groups have negative ids`() throws {
        #expect(try settings(["TELEGRAM_ALLOWED_CHATS": "-1001, 5"]).allowedChats == [-1001, 5])
    }

    @Test(arguments: [
        ["TELEGRAM_ADMINS": "@name"], ["TELEGRAM_DEFAULT_LANGUAGE": "fr"], ["WEBHOOK_PATH": "webhook"],
        ["WEBHOOK_SECRET": "two words"], ["WEBHOOK_URL": "example.org"], ["WEBHOOK_PORT": "70000"],
    ])
    func `what cannot be is refused by its name`(environment: [String: String]) throws {
        let error = #expect(throws: SettingsError.self) { try settings(environment) }
        let name = try #require(environment.keys.first)
        #expect(error?.description.contains(name) == true)
    }
}
