public import Jobs
public import Scheduling
public import Streaming

/// Fetches addresses of files in Telegram through the blocks that viewers use too, and leaves all others to another
/// fetcher. Decoding begins with the first bytes.
public struct BlockFetcher: MediaFetcher {
    private let bot: Int64
    private let shelf: BlockShelf
    private let others: any MediaFetcher

    public init(bot: Int64, _ shelf: BlockShelf, others: any MediaFetcher) {
        self.bot = bot
        self.shelf = shelf
        self.others = others
    }

    public func check(_ address: String) throws(JobFailure) {
        guard address.hasPrefix(StreamAddress.scheme) else { return try others.check(address) }
        _ = try file(address)
    }

    public func fetch(_ address: String, into intake: any MediaIntake) async throws {
        guard address.hasPrefix(StreamAddress.scheme) else { return try await others.fetch(address, into: intake) }
        let file = try file(address)
        let viewer = await shelf.open(file)
        do {
            try await viewer.read(0..<max(0, file.size)) { try await intake.append($0) }
        } catch let failure as BlockFailure {
            throw Self.failure(failure)
        }
    }

    private func file(_ address: String) throws(JobFailure) -> RemoteFile {
        guard let (owner, file) = StreamAddress.file(address), owner == bot else {
            throw JobFailure(
                .permanent, code: "telegram_other_bot", "The file belongs to another bot than the one that runs now.")
        }
        return file
    }

    private static func failure(_ failure: BlockFailure) -> any Error {
        switch failure {
        case .gone:
            JobFailure(.permanent, code: "telegram_file_gone", "Telegram no longer has this file; send it again.")
        case .forbidden:
            JobFailure(.permanent, code: "telegram_protected", "The bot may not read this file; it is protected.")
        case .unknownFile:
            JobFailure(.permanent, code: "telegram_too_large", "The file is larger than this bot can fetch.")
        case .busy(let seconds):
            JobFailure(.transient, code: "telegram_busy", "Telegram asks for a pause of \(seconds) s.")
        case .unreachable: JobFailure(.transient, code: "telegram_away", "Telegram cannot be reached.")
        case .short:
            JobFailure(.transient, code: "telegram_short", "Telegram sent less than the file's size.")
        case .cancelled: CancellationError()
        }
    }
}
