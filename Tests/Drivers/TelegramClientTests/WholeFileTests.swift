import Accounts
import Crypto
import EventLoops
import FakeTelegram
import Jobs
import MTProto
import Streaming
import Testing

@testable import TelegramClient

/// Files from their first byte to their last.
struct WholeFileTests {
    /// A source whose blocks arrive in the order a test wants.
    actor Slow: BlockSource {
        private(set) var asked: [Int64] = []
        private(set) var most = 0
        private var waiting: [(Int64, CheckedContinuation<Void, Never>)] = []
        private var failures: [Int64: BlockFailure] = [:]

        func fail(_ offset: Int64, _ failure: BlockFailure) { failures[offset] = failure }

        func read(_ block: Block, of file: RemoteFile) async throws(BlockFailure) -> [UInt8] {
            asked.append(block.offset)
            await withCheckedContinuation { waiting.append((block.offset, $0)) }
            if let failure = failures.removeValue(forKey: block.offset) { throw failure }
            let count = min(Int64(block.count), file.size - block.offset)
            return [UInt8](repeating: UInt8(block.offset >> 20 & 255), count: Int(count))
        }

        /// Lets one go; the last one asked for first.
        func releaseLast() -> Bool {
            most = max(most, waiting.count)
            guard let last = waiting.popLast() else { return false }
            last.1.resume()
            return true
        }
    }

    private func files(_ source: any BlockSource) -> MTProtoFiles {
        MTProtoFiles(source, largestFile: 4_000_000_000) { origin throws(BlockFailure) in throw .gone }
    }

    @Test func `blocks that arrive backwards are handed over in order, and few are held`() async throws {
        let source = Slow()
        let size: Int64 = 20 << 20 | 77
        var taken: [Int] = []
        var expected = [0, 0]
        expected += Array(1...20)
        let releasing = Task {
            while !Task.isCancelled {
                if await !source.releaseLast() { await Task.yield() }
            }
        }
        var total = 0
        try await files(source).fetch(TelegramAddress(bot: 1, file: "x", bytes: size)) { bytes in
            taken.append(Int(bytes[0]))
            total += bytes.count
        }
        releasing.cancel()
        #expect(taken == expected && total == Int(size))
        #expect(await source.most <= 6)
    }

    @Test func `the first block is small`() {
        #expect(MTProtoFiles.block(at: 0) == Block(offset: 0, count: 128 << 10))
        #expect(MTProtoFiles.block(at: 128 << 10) == Block(offset: 128 << 10, count: 896 << 10))
        #expect(MTProtoFiles.block(at: 3 << 20) == Block(offset: 3 << 20, count: 1 << 20))
    }

    static let ends: [(BlockFailure, JobFailure.Kind)] = [
        (.gone, .permanent), (.unknownFile, .permanent), (.forbidden, .permanent), (.unreachable, .transient),
        (.short, .transient), (.busy(seconds: 3600), .transient),
    ]

    @Test(arguments: ends.indices)
    func `a failure is told as a job's failure`(_ index: Int) async throws {
        let source = Slow()
        await source.fail(0, Self.ends[index].0)
        let releasing = Task {
            while !Task.isCancelled {
                if await !source.releaseLast() { await Task.yield() }
            }
        }
        defer { releasing.cancel() }
        let failure = await #expect(throws: JobFailure.self) {
            try await files(source).fetch(TelegramAddress(bot: 1, file: "x", bytes: 5000)) { _ in }
        }
        #expect(failure?.kind == Self.ends[index].1)
    }

    @Test func `a file too large, and one of unknown size without a message, are refused`() async {
        for address in [
            TelegramAddress(bot: 1, file: "x", bytes: 4_000_000_001), TelegramAddress(bot: 1, file: "x"),
            TelegramAddress(bot: 1, file: "x", chat: 5, message: 6),
        ] {
            await #expect(throws: JobFailure.self) { try await files(Slow()).fetch(address) { _ in } }
        }
    }

    @Test func `a whole file comes through the data centres, its size asked for where it is not known`() async throws {
        try await ClientFixture.with { fixture in
            let file = fixture.file(7_000_001)
            let expected = try fixture.hash(of: file)
            try await fixture.withClient { client in
                for bytes in [file.size, nil] {
                    let hash = try SHA256()
                    let address = TelegramAddress(bot: 4242, file: file.id, bytes: bytes, chat: 100, message: 7)
                    try await MTProtoFiles(client).fetch(address) { try hash.update($0) }
                    #expect(try hash.finish() == expected)
                }
            }
            #expect(fixture.centres.count("getMessages") == 1)
        }
    }
}
