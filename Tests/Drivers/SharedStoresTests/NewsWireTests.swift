import Jobs
import Redis
import RedisTesting
import Scheduling
import Testing

@testable import SharedStores

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(2)))
struct NewsWireTests {
    private static func ended(_ number: Int) -> News { .ended(ExecutionID("e\(number)")) }

    /// The next news besides the `.work` that a gap leaves behind.
    private static func next(_ news: inout AsyncStream<News>.Iterator) async -> News? {
        while let item = await news.next(isolation: #isolation) { if item != .work { return item } }
        return nil
    }

    @Test
    func `Others hear what a node says in its order, and it does not hear itself`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let one = RedisNewsWire.open(try bench.place(), node: "1")
        let two = RedisNewsWire.open(try bench.place(), node: "2")
        var (atOne, atTwo) = (one.news().makeAsyncIterator(), two.news().makeAsyncIterator())
        #expect(await atOne.next() == .work)
        #expect(await atTwo.next() == .work, "both listen")
        for number in 0..<1000 { one.send(Self.ended(number)) }
        for number in 0..<1000 { #expect(await atTwo.next() == Self.ended(number)) }
        two.send(.keys)
        #expect(await atOne.next() == .keys, "the first thing it hears is not its own")
        await one.close()
        await two.close()
        await bench.end()
    }

    @Test
    func `A lost connection is told as work, and what was said meanwhile arrives`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let one = RedisNewsWire.open(try bench.place(), node: "1")
        let two = RedisNewsWire.open(try bench.place(), node: "2")
        var news = two.news().makeAsyncIterator()
        #expect(await news.next() == .work)
        let admin = try bench.place().client
        _ = try await admin.call(RedisCommand("CLIENT", "KILL", "TYPE", "pubsub"))
        #expect(await news.next() == .work, "a gap")
        one.send(Self.ended(1))
        #expect(await Self.next(&news) == Self.ended(1))
        bench.server.kill()
        one.send(Self.ended(2))
        try bench.server.start()
        #expect(await news.next() == .work, "another gap")
        // Sent when the server was there again: perhaps before the other listened, and then it is in the gap.
        one.send(Self.ended(3))
        var last = await Self.next(&news)
        if last == Self.ended(2) { last = await Self.next(&news) }
        #expect(last == Self.ended(3))
        await one.close()
        await two.close()
        await bench.end()
    }

    @Test
    func `Of progress only the last is kept, of calls to wake one, and the rest stays in order`() {
        var outbox = NewsOutbox(capacity: 3)
        let execution = ExecutionID("x")
        func progress(_ done: Double) -> News {
            .progress(
                execution,
                .transcribing(ExecutionProgress(done: done, total: 9), eta: nil, partialText: nil))
        }
        for done in 1...5 { outbox.add(progress(Double(done))) }
        outbox.add(.work)
        outbox.add(.work)
        #expect(outbox.take(10) == [progress(5), .work] && outbox.isEmpty)
        for number in 0..<3 { outbox.add(Self.ended(number)) }
        #expect(outbox.take(2) == [Self.ended(0), Self.ended(1)], "no more than asked for")
        for number in 3..<6 { outbox.add(Self.ended(number)) }
        #expect(outbox.count == 3)
        #expect(outbox.take(10) == [.work] + (3..<6).map(Self.ended), "what was let go shows as a gap")
        #expect(outbox.isEmpty)
    }

    @Test
    func `What comes twice is heard once, what is missing is told, and what is no message is dropped`() throws {
        var hearing = NewsHearing(own: "me")
        func message(_ number: Int, from: String = "you") throws -> [UInt8] {
            try #require(NewsMessage(from: from, number: number, news: [Self.ended(number)]).encoded())
        }
        #expect(hearing.hear(try message(7)) == [Self.ended(7)], "from whenever it began to listen")
        #expect(hearing.hear(try message(7)).isEmpty)
        #expect(hearing.hear(try message(8)) == [Self.ended(8)])
        #expect(hearing.hear(try message(10)) == [.work, Self.ended(10)])
        #expect(hearing.hear(try message(1, from: "me")).isEmpty)
        for text in ["", "{", "[]", "null", #"{"from":1,"number":2,"news":[]}"#] {
            #expect(hearing.hear(Array(text.utf8)).isEmpty)
        }
        let long = NewsMessage(
            from: "you", number: 11, news: [.stop(ExecutionID(String(repeating: "x", count: 1 << 20)))])
        #expect(long.encoded() == nil)
        #expect(hearing.hear(Array(try message(11)) + [UInt8](repeating: 0x20, count: 1 << 20)).isEmpty, "too long")
        #expect(hearing.hear(try message(11)) == [Self.ended(11)])
    }
}
