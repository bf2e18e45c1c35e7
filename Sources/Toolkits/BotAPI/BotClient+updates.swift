internal import FoundationEssentials

extension BotClient {
    /// The kinds of updates that are asked for.
    public static let allowedUpdates = ["message", "callback_query", "my_chat_member"]

    public func getMe() async throws -> User { try await call("getMe", Nothing()) }

    /// Waits up to `timeout` seconds for updates from `offset` on; confirms all before it.
    public func getUpdates(offset: Int64?, timeout: Int) async throws -> [Update] {
        try await call(
            "getUpdates", GetUpdates(offset: offset, timeout: timeout, allowedUpdates: Self.allowedUpdates),
            timeout: .seconds(timeout + 15))
    }

    public func setWebhook(url: String, secret: String) async throws {
        let _: Bool = try await call(
            "setWebhook", SetWebhook(url: url, secretToken: secret, allowedUpdates: Self.allowedUpdates))
    }

    /// Updates that wait stay.
    public func deleteWebhook() async throws {
        let _: Bool = try await call("deleteWebhook", Nothing())
    }

    public func getWebhookInfo() async throws -> WebhookInfo { try await call("getWebhookInfo", Nothing()) }

    /// - Parameter language: two letters; `nil` for everybody without commands of their own.
    public func setCommands(_ commands: [BotCommand], language: String?) async throws {
        let _: Bool = try await call("setMyCommands", SetCommands(commands: commands, languageCode: language))
    }

    public func getChatMember(chat: Int64, user: Int64) async throws -> ChatMember {
        struct Parameters: Encodable { let chatId: Int64, userId: Int64 }
        return try await call("getChatMember", Parameters(chatId: chat, userId: user), timeout: .seconds(5))
    }
}

extension Update {
    /// An update as a webhook brings it; `nil` for anything else.
    public static func parse(_ bytes: [UInt8]) -> Update? {
        try? BotClient.decoder().decode(Update.self, from: Data(bytes))
    }

    /// The same for `parse` later.
    public func encoded() throws -> [UInt8] { [UInt8](try BotClient.encoder().encode(self)) }
}
