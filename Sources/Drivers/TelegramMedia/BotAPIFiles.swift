public import Accounts
public import BotAPI
public import Jobs

/// Files through `getFile`: up to 20 MB from Telegram, up to 2,000 MB from a self-hosted server
/// (https://core.telegram.org/bots/api#using-a-local-bot-api-server).
public struct BotAPIFiles: FileSource {
    /// Seconds for which Telegram may be away before a fetch is given up.
    private static let patience = 900.0

    private let client: BotClient
    private let clock: any JobClock

    public init(_ client: BotClient, clock: any JobClock) {
        self.client = client
        self.clock = clock
    }

    public var largestFile: Int64 { client.isSelfHosted ? 2_000_000_000 : 20_000_000 }

    public func fetch(_ file: TelegramAddress, _ take: ([UInt8]) async throws -> Void) async throws {
        let end = clock.now().monotonic + Self.patience
        var delay = 0.5
        while true {
            var hasBegun = false
            do {
                let remote = try await client.getFile(file.file)
                try await client.download(remote) { bytes in
                    hasBegun = true
                    try await take(bytes)
                }
                return
            } catch let error as BotAPIError {
                let mayRepeat = error.isPassing || error.code == .uncertain
                // What has begun cannot begin again here; the queue tries once more from the start.
                guard mayRepeat, !hasBegun, clock.now().monotonic + delay < end else { throw Self.failure(error) }
                try await Task.sleep(for: .seconds(max(delay, Double(min(error.retryAfter ?? 0, 300)))))
                delay = min(delay * 2, 20)
            }
        }
    }

    private static func failure(_ error: BotAPIError) -> JobFailure {
        switch error.code {
        case .fileTooBig:
            JobFailure(.permanent, code: "telegram_too_large", "The file is larger than this bot can fetch.")
        case .noFile, .refused, .noMessage:
            JobFailure(.permanent, code: "telegram_file_gone", "Telegram no longer has this file; send it again.")
        case .unauthorized:
            JobFailure(
                .permanent, code: "telegram_token", "Telegram refuses the bot's token; check TELEGRAM_BOT_TOKEN.")
        default: JobFailure(.transient, code: "telegram_away", error.description)
        }
    }
}
