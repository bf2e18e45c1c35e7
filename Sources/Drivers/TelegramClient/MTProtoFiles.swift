public import Accounts
import Jobs
import MTProto
import Streaming

/// Whole files, from the first byte to the last: several blocks are on their way while one is handed over, and never more
/// than those are held.
public struct MTProtoFiles: FileSource {
    /// Blocks on their way or waiting for their turn.
    private static let window = 6
    private static let blockSize: Int64 = 1 << 20
    /// The first block is small, so that work begins early.
    private static let firstBlock: Int64 = 128 << 10
    /// Seconds of pauses that are waited out for one block.
    private static let longestPause = 900

    private let source: any BlockSource
    private let describe: @Sendable (RemoteFile.Origin) async throws(BlockFailure) -> RemoteFile
    public let largestFile: Int64

    /// - Parameter largestFile: bytes; at most what Telegram keeps for anybody (4,000 MiB).
    public init(_ client: TelegramClient, largestFile: Int64 = 4_194_304_000) {
        self.init(client, largestFile: largestFile) { origin throws(BlockFailure) in try await client.file(in: origin) }
    }

    init(
        _ source: any BlockSource, largestFile: Int64,
        describe: @escaping @Sendable (RemoteFile.Origin) async throws(BlockFailure) -> RemoteFile
    ) {
        self.source = source
        self.largestFile = min(largestFile, 4_194_304_000)
        self.describe = describe
    }

    public func fetch(_ file: TelegramAddress, _ take: ([UInt8]) async throws -> Void) async throws {
        do {
            try await fetch(try await remote(file), take)
        } catch let failure as BlockFailure {
            throw try Self.failure(failure)
        }
    }

    private func remote(_ file: TelegramAddress) async throws -> RemoteFile {
        let origin = file.chat.flatMap { chat in file.message.map { RemoteFile.Origin(chat: chat, message: $0) } }
        var size = file.bytes
        if size == nil, let origin { size = try await describe(origin).size }
        guard let size else { throw BlockFailure.unknownFile }
        guard size <= largestFile else {
            throw JobFailure(.permanent, code: "telegram_too_large", "The file is larger than this bot can fetch.")
        }
        return RemoteFile(id: file.file, uniqueID: "", size: size, name: "", origin: origin)
    }

    private func fetch(_ file: RemoteFile, _ take: ([UInt8]) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: (index: Int, bytes: [UInt8]).self) { group in
            var (started, taken) = (0, 0)
            var offset: Int64 = 0
            var ready: [Int: [UInt8]] = [:]
            func fill() {
                while started - taken < Self.window, offset < file.size {
                    let block = Self.block(at: offset)
                    offset += Int64(block.count)
                    let index = started
                    started += 1
                    group.addTask { (index, try await read(block, of: file)) }
                }
            }
            fill()
            while taken < started {
                guard let next = try await group.next() else { break }
                ready[next.index] = next.bytes
                while let bytes = ready.removeValue(forKey: taken) {
                    taken += 1
                    fill()
                    try await take(bytes)
                }
            }
        }
    }

    /// Up to the next MiB, but for the first one.
    static func block(at offset: Int64) -> Block {
        Block(offset: offset, count: Int(offset == 0 ? firstBlock : blockSize - offset % blockSize))
    }

    /// Waits out what a reader at a screen would not.
    private func read(_ block: Block, of file: RemoteFile) async throws -> [UInt8] {
        var waited = 0
        while true {
            do {
                return try await source.read(block, of: file)
            } catch .busy(let seconds) {
                waited += max(1, seconds)
                guard waited <= Self.longestPause else { throw BlockFailure.busy(seconds: seconds) }
                try await Task.sleep(for: .seconds(max(1, seconds)))
            }
        }
    }

    private static func failure(_ failure: BlockFailure) throws -> JobFailure {
        switch failure {
        case .gone, .unknownFile:
            JobFailure(.permanent, code: "telegram_file_gone", "Telegram no longer has this file; send it again.")
        case .forbidden:
            JobFailure(
                .permanent, code: "telegram_file_gone", "Telegram does not let this bot read the file; send it again.")
        case .busy:
            JobFailure(.transient, code: "telegram_away", "Telegram asks for a longer pause; it is tried again.")
        case .unreachable, .short:
            JobFailure(.transient, code: "telegram_away", "Telegram's data centre does not answer; it is tried again.")
        case .cancelled: throw CancellationError()
        }
    }
}
