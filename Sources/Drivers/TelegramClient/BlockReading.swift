import MTProto
import Streaming

/// The way to one block: which bot, which data centre, which reference, and when to give up.
struct BlockReading: Sendable {
    /// Of each kind of surprise: moves, references, short and misdirected answers.
    private static let mostSurprises = 4

    private let client: TelegramClient
    private let book: LocationBook
    private let block: Block
    private let file: RemoteFile
    private let expected: Int

    init(_ client: TelegramClient, _ book: LocationBook, _ block: Block, _ file: RemoteFile, expected: Int) {
        self.client = client
        self.book = book
        self.block = block
        self.file = file
        self.expected = expected
    }

    func read(_ accounts: [Account]) async throws(BlockFailure) -> [UInt8] {
        var failure = BlockFailure.unreachable
        let bots = Set(accounts.map(\.bot))
        var tried: Set<Int64> = []
        // Another bot is better than a pause, a pause better than nothing.
        let others = accounts.count > 1
        for account in others ? accounts + accounts.prefix(1) : accounts {
            do {
                return try await read(with: account, longestPause: others && !tried.isSuperset(of: bots) ? 1 : nil)
            } catch .cancelled {
                throw .cancelled
            } catch {
                // What the first bot says about a file counts; of helpers only that they cannot help.
                if account.bot == client.accounts[0].bot || failure == .unreachable { failure = error }
                if error == .forbidden, let origin = file.origin { await book.refuse(origin.chat, account.bot) }
                guard Self.mayAnotherHelp(error) else { throw error }
                tried.insert(account.bot)
            }
        }
        throw failure
    }

    private static func mayAnotherHelp(_ failure: BlockFailure) -> Bool {
        switch failure {
        case .busy, .unreachable, .forbidden, .short: true
        default: false
        }
    }

    private func read(with account: Account, longestPause: Int?) async throws(BlockFailure) -> [UInt8] {
        let key = LocationBook.Key(bot: account.bot, file: file.uniqueID.isEmpty ? file.id : file.uniqueID)
        var location = try await location(key, account)
        var surprises = 0
        while true {
            guard surprises <= Self.mostSurprises else { throw .unreachable }
            surprises += 1
            do {
                let body = Call.getFile(location, offset: block.offset, limit: block.count, isPrecise: isPrecise)
                let answer = try await account.access(location.dataCentre).call(body, longestPause: longestPause)
                guard case .bytes(let bytes) = try FilePart(answer) else { continue }
                if bytes.count >= expected { return bytes.count == expected ? bytes : Array(bytes[..<expected]) }
                if surprises > Self.mostSurprises { throw BlockFailure.short }
            } catch AccessFailure.refused(let error) {
                switch error.kind {
                case .fileMoved(let dataCentre):
                    location.dataCentre = dataCentre
                    await book.set(location, for: key)
                case .expiredReference: location = try await renewed(key, location, account)
                default: throw BlockFailure(.refused(error))
                }
            } catch let failure as AccessFailure {
                throw BlockFailure(failure)
            } catch let failure as BlockFailure {
                throw failure
            } catch {
                throw .unreachable
            }
        }
    }

    /// Powers of two from 4 KiB need no permission; all else does.
    private var isPrecise: Bool {
        block.offset % 4096 != 0 || block.count < 4096 || block.count & (block.count - 1) != 0
    }

    private func location(_ key: LocationBook.Key, _ account: Account) async throws(BlockFailure) -> FileLocation {
        if let known = await book.location(key) { return known }
        guard let id = FileID(file.id) else { throw .unknownFile }
        guard account.bot != client.accounts[0].bot else {
            await book.set(id.location, for: key)
            return id.location
        }
        return try await renewed(key, id.location, account)
    }

    /// The location as the message says now; the message must still hold the same file.
    private func renewed(
        _ key: LocationBook.Key, _ old: FileLocation, _ account: Account
    ) async throws(BlockFailure) -> FileLocation {
        guard let origin = file.origin else { throw .gone }
        // Somebody else may have renewed it meanwhile.
        if let known = await book.location(key), known.id == old.id, known.reference != old.reference { return known }
        do {
            return try await book.renew(key) { [client] in
                let found = try await client.document(origin, known: old.id, for: account)
                guard found.location.id == old.id else { throw BlockFailure.gone }
                var location = old
                location.accessHash = found.location.accessHash
                location.reference = found.location.reference
                if found.location.dataCentre > 0 { location.dataCentre = found.location.dataCentre }
                return location
            }
        } catch let failure as BlockFailure {
            throw failure
        } catch {
            throw .unreachable
        }
    }
}

extension BlockFailure {
    init(_ failure: AccessFailure) {
        switch failure {
        case .busy(let seconds): self = .busy(seconds: seconds)
        case .unreachable, .credentials, .moved: self = .unreachable
        case .cancelled: self = .cancelled
        case .refused(let error):
            switch error.kind {
            case .badLocation: self = .unknownFile
            case .noChat: self = .forbidden
            case .expiredReference: self = .gone
            case .wait(let seconds): self = .busy(seconds: seconds)
            default: self = .unreachable
            }
        }
    }
}
