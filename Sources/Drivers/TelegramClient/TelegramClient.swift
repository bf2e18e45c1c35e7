public import EventLoops
public import MTProto
public import Streaming
public import Telemetry

/// Reads files in Telegram by Telegram's own protocol, logged in as the bot: blocks from anywhere in a file of any size.
public final class TelegramClient: Sendable {
    let accounts: [Account]
    let configuration: TelegramConfiguration
    private let book = LocationBook()

    /// Nothing is connected before it is needed.
    public init(
        _ configuration: TelegramConfiguration, store: any AccountKeyStore, on loop: EventLoop,
        log: any EventLog = NoLog()
    ) {
        self.configuration = configuration
        accounts = configuration.tokens.map { Account($0, configuration, store: store, on: loop, log: log) }
    }

    /// Ends every connection.
    public func close() async {
        for account in accounts { await account.close() }
    }

    /// What is in a message of a chat the bot belongs to, by the Bot API's numbers.
    public func file(in origin: RemoteFile.Origin) async throws(BlockFailure) -> RemoteFile {
        guard let account = accounts.first else { throw .unreachable }
        let found = try await document(origin, known: nil, for: account)
        let id = FileID(type: 5, location: found.location)
        return RemoteFile(
            id: id.text, uniqueID: id.uniqueText, size: found.size, name: found.name,
            mimeType: found.mimeType.isEmpty ? nil : found.mimeType, duration: found.duration, origin: origin)
    }

    func document(
        _ origin: RemoteFile.Origin, known: Int64?, for account: Account
    ) async throws(BlockFailure) -> DocumentProperties {
        guard let message = Int32(exactly: origin.message) else { throw .gone }
        let found: SentMessage
        do {
            let answer = try await account.callHome(Call.getMessage(chat: origin.chat, message: message))
            found = try SentMessage(answer, known: known)
        } catch let failure as AccessFailure {
            throw BlockFailure(failure)
        } catch {
            throw .gone
        }
        guard case .document(let properties) = found else { throw .gone }
        return properties
    }
}

// MARK: - Blocks

extension TelegramClient: BlockSource {
    /// Questions a bot has before others help it.
    private static let fairLoad = 4

    public func read(_ block: Block, of file: RemoteFile) async throws(BlockFailure) -> [UInt8] {
        precondition(
            block.offset >= 0 && block.offset % 1024 == 0 && block.count > 0 && block.count % 1024 == 0
                && block.offset >> 20 == (block.offset + Int64(block.count) - 1) >> 20,
            "a block that Telegram does not give")
        let expected = Int(max(0, min(Int64(block.count), file.size - block.offset)))
        guard expected > 0 else { return [] }
        let reading = BlockReading(self, book, block, file, expected: expected)
        return try await reading.read(try await candidates(file))
    }

    /// The bots that may read a file, the least busy one first. Only the first bot got it; others see what is in channels.
    private func candidates(_ file: RemoteFile) async throws(BlockFailure) -> [Account] {
        guard let first = accounts.first else { throw .unreachable }
        guard accounts.count > 1, let origin = file.origin, ChatID.channel(origin.chat) != nil,
            let id = FileID(file.id)
        else { return [first] }
        var loads: [(account: Account, load: Double)] = []
        for (index, account) in accounts.enumerated() {
            if index > 0, await book.isRefused(origin.chat, account.bot) { continue }
            let access = await account.access(id.location.dataCentre)
            // A second's pause weighs as much as a question.
            let load = Double(await access.load) + (await access.pause) * 4
            loads.append((account, load + (index == 0 ? 0 : Double(Self.fairLoad))))
        }
        return loads.sorted { $0.load < $1.load }.map(\.account)
    }
}
