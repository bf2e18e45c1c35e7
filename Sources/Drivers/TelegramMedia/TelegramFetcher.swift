public import Accounts
public import Jobs
public import Scheduling
import Transcription

/// Fetches addresses that name a file in Telegram, and leaves all others to another fetcher.
public struct TelegramFetcher: MediaFetcher {
    private let bot: Int64
    private let source: any FileSource
    private let others: any MediaFetcher

    public init(bot: Int64, _ source: any FileSource, others: any MediaFetcher) {
        self.bot = bot
        self.source = source
        self.others = others
    }

    public func check(_ address: String) throws(JobFailure) {
        guard address.hasPrefix(TelegramAddress.scheme) else { return try others.check(address) }
        _ = try file(address)
    }

    public func fetch(_ address: String, into intake: any MediaIntake) async throws {
        guard address.hasPrefix(TelegramAddress.scheme) else { return try await others.fetch(address, into: intake) }
        try await source.fetch(try file(address)) { try await intake.append($0) }
    }

    private func file(_ address: String) throws(JobFailure) -> TelegramAddress {
        guard let file = TelegramAddress(address), file.bot == bot else {
            throw JobFailure(
                .permanent, code: "telegram_other_bot", "The file belongs to another bot than the one that runs now.")
        }
        return file
    }
}
