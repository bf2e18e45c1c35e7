import Testing

@testable import Streaming

@Suite struct ReadAheadTests {
    @Test func `A fast viewer gets the whole window, a slow one what it takes in four seconds`() {
        var fast = ReadAhead()
        var slow = ReadAhead()
        for _ in 0..<100 {
            fast.took(1 << 20, in: 0.1)
            slow.took(2000, in: 0.1)
        }
        #expect(fast.window(share: .max) == 4 << 20)
        let window = slow.window(share: .max)
        #expect((70_000...90_000).contains(window))
    }

    @Test func `A slow source does not make a slow viewer`() {
        var ahead = ReadAhead()
        for _ in 0..<100 { ahead.took(65536, in: 0.0001) }
        #expect(ahead.window(share: .max) == 4 << 20)
    }

    @Test func `Nobody reads further ahead than memory allows`() {
        var ahead = ReadAhead()
        ahead.took(64 << 20, in: 1)
        #expect(ahead.window(share: 100_000) == 100_000)
        #expect(ahead.window(share: -1) == 0)
    }

    @Test func `A viewer that stops is forgotten within a few looks`() {
        var ahead = ReadAhead()
        for _ in 0..<10 { ahead.took(1 << 20, in: 1) }
        for _ in 0..<15 { ahead.took(0, in: 1) }
        #expect(ahead.window(share: .max) < 1000)
    }

    @Test func `The end moves in whole blocks, and for slow viewers page by page`() {
        let mib = Int64(FileLayout.block / FileLayout.page)
        #expect(ReadAhead.end(after: 0, window: 1 << 20) == 2 * mib)
        #expect(ReadAhead.end(after: mib - 1, window: 1 << 20) == 2 * mib)
        #expect(ReadAhead.end(after: mib, window: 1 << 20) == 3 * mib)
        #expect(ReadAhead.end(after: 7, window: 0) == 8)
        // Never more than the window and one block.
        for page in 0..<64 as Range<Int64> {
            #expect(ReadAhead.end(after: page, window: 4 << 20) - page <= 5 * mib + 1)
        }
    }
}
