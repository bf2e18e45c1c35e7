import Crypto
import FakeBlocks
import Telemetry
import Testing

@testable import Streaming

@Suite(.timeLimit(.minutes(5))) struct BlockShelfTests {
    private static let start = ContinuousClock.now

    private func shelf(_ source: FakeBlockSource, _ limits: ShelfLimits = ShelfLimits()) -> BlockShelf {
        BlockShelf(source, limits: limits, metrics: Metrics()) {
            let passed = ContinuousClock.now - Self.start
            return Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
        }
    }

    private func bytes(_ viewer: FileViewer, _ range: Range<Int64>) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await viewer.read(range) { bytes += $0 }
        return bytes
    }

    // MARK: - Bytes

    @Test("10,000 random ranges equal the source, whatever fails on the way")
    func randomRanges() async throws {
        let size: Int64 = 9_437_185
        let source = FakeBlockSource()
        let content = SeededContent(seed: 7, size: size)
        let file = await source.add("a", seed: 7, size: size)
        await source.makeTrouble(0.02, [.fails(.short), .halfAnswer, .fails(.unreachable), .late(0.002)], seed: 3)
        let tiny = ShelfLimits(cacheBytes: 2 << 20, bytesOnTheWay: 3 << 20)
        let shelf = shelf(source, tiny)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<20 {
                group.addTask { () async throws -> Void in
                    var generator = Seeded(state: UInt64(worker) + 11)
                    for _ in 0..<500 {
                        let first = Int64.random(in: 0..<size, using: &generator)
                        let most = Bool.random(using: &generator) ? 200 : min(80_000, size - first)
                        let range = first..<min(size, first + Int64.random(in: 1...most, using: &generator))
                        let hash = try SHA256()
                        let viewer = await shelf.open(file)
                        try await viewer.read(range) { try hash.update($0) }
                        let (got, right) = (try hash.finish(), try SHA256.digest(of: content.bytes(range)))
                        #expect(got == right, "\(range)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `A whole file comes in as few requests as the rules allow`() async throws {
        let source = FakeBlockSource()
        let file = await source.add("a", seed: 1, size: 10 << 20)
        let viewer = await shelf(source).open(file)
        let got = try await bytes(viewer, 0..<10 << 20)
        let isRight = got == SeededContent(seed: 1, size: 10 << 20).bytes(0..<10 << 20)
        #expect(isRight)
        // The small first block and the rest of its MiB, then nine.
        #expect(await source.calls.count == 11)
        #expect(await source.calls[0].block == Block(offset: 0, count: FileLayout.page))
    }

    @Test func `A source that says less than the size ends short, never wrong`() async throws {
        let source = FakeBlockSource()
        let file = await source.add("a", seed: 1, size: 100_000, claimed: 2_000_000)
        let viewer = await shelf(source).open(file)
        var got: [UInt8] = []
        await #expect(throws: BlockFailure.short) { try await viewer.read(0..<2_000_000) { got += $0 } }
        let isBeginning = got == SeededContent(seed: 1, size: 100_000).bytes(0..<Int64(FileLayout.page))
        #expect(isBeginning)
    }

    @Test func `A source that has more than the size gives what was promised`() async throws {
        let source = FakeBlockSource()
        let file = await source.add("a", seed: 1, size: 2_000_000, claimed: 100_001)
        let viewer = await shelf(source).open(file)
        let isRight = try await bytes(viewer, 0..<100_001) == SeededContent(seed: 1, size: 2_000_000).bytes(0..<100_001)
        #expect(isRight)
    }

    @Test func `After an error that passes the very next byte follows`() async throws {
        let source = FakeBlockSource()
        let file = await source.add("a", seed: 5, size: 3 << 20)
        let viewer = await shelf(source).open(file)
        await source.plan([.late(0), .fails(.unreachable), .halfAnswer, .fails(.busy(seconds: 1))])
        let isRight = try await bytes(viewer, 10..<3 << 20) == SeededContent(seed: 5, size: 3 << 20).bytes(10..<3 << 20)
        #expect(isRight)
    }

    @Test(
        "What will not change is not tried again",
        arguments: [BlockFailure.gone, .forbidden, .unknownFile, .busy(seconds: 400)])
    func finalFailures(_ failure: BlockFailure) async throws {
        let source = FakeBlockSource()
        let file = await source.add("a", seed: 5, size: 1000)
        await source.plan([.fails(failure), .fails(failure)])
        let viewer = await shelf(source).open(file)
        await #expect(throws: failure) { try await viewer.read(0..<1000) { _ in } }
        #expect(await source.calls.count == 1)
        await #expect(throws: failure) { try await viewer.prepare(0..<1000) }
    }

    // MARK: - Sharing

    @Test func `Ten viewers of one file are one download`() async throws {
        let source = FakeBlockSource(latency: 0.001)
        let size: Int64 = 8 << 20
        let file = await source.add("a", seed: 2, size: size)
        let shelf = shelf(source)
        let whole = try SHA256.digest(of: SeededContent(seed: 2, size: size).bytes(0..<size))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<10 {
                group.addTask {
                    let viewer = await shelf.open(file)
                    let got = try await self.bytes(viewer, 0..<size)
                    let digest = try SHA256.digest(of: got)
                    #expect(digest == whole)
                }
            }
            try await group.waitForAll()
        }
        #expect(await source.bytes == size)
        let before = await source.calls.count
        _ = try await bytes(await shelf.open(file), 0..<size)
        #expect(await source.calls.count == before, "a second viewer of what is there asks nothing")
    }

    @Test func `Who leaves does not cancel what others wait for, and the last one does`() async throws {
        let source = FakeBlockSource(latency: 30)
        let file = await source.add("a", seed: 2, size: 30_000)
        let shelf = shelf(source)
        let readers = [0, 1].map { _ in
            Task { try await self.bytes(await shelf.open(file), 0..<30_000) }
        }
        await source.waitForCalls(1)
        while await shelf.currentFigures().viewers < 2 { await Task.yield() }
        readers[0].cancel()
        _ = await readers[0].result
        while await shelf.currentFigures().viewers > 1 { await Task.yield() }
        #expect(await shelf.currentFigures().bytesOnTheWay == 30_720)
        #expect(await source.cancelled == 0)
        readers[1].cancel()
        _ = await readers[1].result
        await source.waitForCancelled(1)
        #expect(await source.calls.count == 1)
        while await shelf.currentFigures().viewers > 0 { await Task.yield() }
        #expect(await shelf.currentFigures().bytesOnTheWay == 0)
    }

    @Test func `What is on the way stays within its bound, and everybody is served`() async throws {
        let source = FakeBlockSource(latency: 0.001)
        var files: [RemoteFile] = []
        for n in 0..<30 { files.append(await source.add("f\(n)", seed: UInt64(n), size: 300_000)) }
        let shelf = shelf(source, ShelfLimits(cacheBytes: 1 << 20, bytesOnTheWay: 200_000))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (n, file) in files.enumerated() {
                group.addTask {
                    let got = try await self.bytes(await shelf.open(file), 0..<300_000)
                    let isRight = got == SeededContent(seed: UInt64(n), size: 300_000).bytes(0..<300_000)
                    #expect(isRight)
                    #expect(await shelf.currentFigures().bytesOnTheWay <= 200_000)
                }
            }
            try await group.waitForAll()
        }
        #expect(await shelf.currentFigures().cachedBytes <= 1 << 20)
    }

    @Test func `Without a cache the bytes still come`() async throws {
        let source = FakeBlockSource()
        let file = await source.add("a", seed: 9, size: 200_000)
        let viewer = await shelf(source, ShelfLimits(cacheBytes: 0)).open(file)
        let isRight =
            try await bytes(viewer, 100..<200_000) == SeededContent(seed: 9, size: 200_000).bytes(100..<200_000)
        #expect(isRight)
    }

    @Test func `Fifty seeks leave nothing behind`() async throws {
        let source = FakeBlockSource(latency: 5)
        let file = await source.add("a", seed: 9, size: 1 << 30)
        let shelf = shelf(source)
        for seek in 0..<50 as Range<Int64> {
            let reader = Task { try await self.bytes(await shelf.open(file), seek << 24..<1 << 30) }
            await source.waitForCalls(Int(seek) * 2 + 1)
            reader.cancel()
            _ = await reader.result
        }
        while await shelf.currentFigures().viewers > 0 { await Task.yield() }
        let figures = await shelf.currentFigures()
        #expect(figures.bytesOnTheWay == 0 && figures.bytes == 0)
    }

    @Test func `An archive is asked first and told what came`() async throws {
        let source = FakeBlockSource()
        let file = await source.add("a", seed: 9, size: 200_000)
        let archive = MemoryArchive()
        func shelf() -> BlockShelf {
            BlockShelf(source, limits: ShelfLimits(), archive: archive, metrics: Metrics()) { 0 }
        }
        _ = try await bytes(await shelf().open(file), 0..<200_000)
        while await archive.pages.count < 7 { await Task.yield() }
        let calls = await source.calls.count
        let again = try await bytes(await shelf().open(file), 0..<200_000)
        let isRight = again == SeededContent(seed: 9, size: 200_000).bytes(0..<200_000)
        #expect(isRight)
        #expect(await source.calls.count == calls)
    }
}

private actor MemoryArchive: PageArchive {
    private(set) var pages: [PageName: [UInt8]] = [:]
    func page(_ name: PageName) -> [UInt8]? { pages[name] }
    func keep(_ name: PageName, _ bytes: [UInt8]) { pages[name] = bytes }
}

struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
