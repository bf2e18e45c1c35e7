import EventLoops
import HTTPTesting
import HTTPTypes
import IPAddresses
import Testing

@testable import HTTPServer

@Suite("Deadlines, by the clock")
struct ConnectionDeadlinesTests {
    private let limits = HTTPServerConfiguration.Deadlines()

    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

    @Test("a head has its time from its first byte, and more bytes do not extend it")
    func head() {
        var deadlines = ConnectionDeadlines(time(0), stage: .idle)
        deadlines.enter(.head, at: time(50))
        deadlines.enter(.head, at: time(59))
        #expect(deadlines.check(at: time(59.9), limits) == nil)
        #expect(deadlines.check(at: time(60), limits) == .head)
    }

    @Test("an idle connection lasts a minute")
    func idle() {
        var deadlines = ConnectionDeadlines(time(0), stage: .idle)
        #expect(deadlines.check(at: time(59.9), limits) == nil)
        #expect(deadlines.check(at: time(60), limits) == .idle)
    }

    @Test("a body must bring 512 bytes a second over each ten")
    func bodyRate() {
        for (bytes, expected) in [(5119, ConnectionDeadlines.Expiry.bodyRate), (5120, nil)] {
            var deadlines = ConnectionDeadlines(time(0), stage: .idle)
            deadlines.enter(.exchange, at: time(1))
            deadlines.bodyFlows(at: time(1))
            deadlines.bodyBrought(bytes)
            #expect(deadlines.check(at: time(10.9), limits) == nil)
            #expect(deadlines.check(at: time(11), limits) == expected)
            // The next window begins empty.
            if expected == nil { #expect(deadlines.check(at: time(21), limits) == .bodyRate) }
        }
    }

    @Test("a body its handler does not read is not too slow, but may not rest for ever")
    func resting() {
        var deadlines = ConnectionDeadlines(time(0), stage: .exchange)
        deadlines.bodyFlows(at: time(0))
        deadlines.bodyRests(at: time(5))
        #expect(deadlines.check(at: time(100), limits) == nil)
        #expect(deadlines.check(at: time(605), limits) == .restingBody)
        deadlines.bodyFlows(at: time(100))
        #expect(deadlines.check(at: time(109), limits) == nil)
        deadlines.bodyEnded()
        #expect(deadlines.check(at: time(10_000), limits) == nil)
    }

    @Test("a silent peer is asked once, and gone when it does not answer in time")
    func liveness() {
        var liveness = PeerLiveness(interval: .seconds(20), now: time(0))
        #expect(liveness.check(at: time(19.9)) == .fine)
        #expect(liveness.check(at: time(20)) == .ask)
        #expect(liveness.check(at: time(39.9)) == .fine)
        liveness.heard(at: time(39.9))
        #expect(liveness.check(at: time(59.8)) == .fine)
        #expect(liveness.check(at: time(60)) == .ask)
        #expect(liveness.check(at: time(80)) == .gone)
    }

    @Test("a reader that takes something now and then is not stalled")
    func stall() {
        var deadlines = ConnectionDeadlines(time(0), stage: .exchange)
        deadlines.outputWaits(at: time(0), progress: false)
        deadlines.outputWaits(at: time(50), progress: false)
        #expect(deadlines.check(at: time(60), limits) == .writeStall)
        deadlines.outputWaits(at: time(60), progress: true)
        #expect(deadlines.check(at: time(119), limits) == nil)
        deadlines.outputDrained()
        #expect(deadlines.check(at: time(500), limits) == nil)
        deadlines.enter(.webSocket, at: time(500))
        deadlines.outputWaits(at: time(500), progress: false)
        #expect(deadlines.check(at: time(530), limits) == .writeStall)
    }
}

@Suite("Slow and silent clients", .timeLimit(.minutes(10)))
struct SlowClientTests {
    @Test("who says nothing is closed, and who begins a head gets 408")
    func silence() async throws {
        try await withTestServer(Answers(), configure: { $0.quicken() }) { server async throws in
            let silent = try server.connect()
            let begun = try server.connect()
            try await begun.send("GET /hel")
            #expect(statuses(await begun.readToEnd()) == [408])
            #expect(await silent.readToEnd() == "")
        }
    }

    @Test("a head that trickles does not live longer for it")
    func tricklingHead() async throws {
        try await withTestServer(Answers(), configure: { $0.quicken() }) { server async throws in
            let connection = try server.connect()
            let trickle = Task {
                try await connection.send("GET / HTTP/1.1\r\n")
                while !Task.isCancelled {
                    try await connection.send("A: b\r\n")
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            // Reading and writing share the connection's thread, so the end shows as a failed write.
            await #expect(throws: SystemCallError.self) { try await trickle.value }
            #expect(server.server.connectionCount == 0)
        }
    }

    @Test("a body that trickles is cut with 408")
    func tricklingBody() async throws {
        try await withTestServer(Answers(), configure: { $0.quicken() }) { server async throws in
            let text = try await server.converse("POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nab")
            #expect(statuses(text) == [408])
        }
    }

    @Test("a client that never reads is cut, and its producer told")
    func neverReads() async throws {
        let answers = Answers()
        try await withTestServer(
            answers,
            configure: {
                $0.quicken()
                $0.deadlines.writeStall = .milliseconds(200)
            }
        ) { server async throws in
            let connection = try server.connect()
            connection.shrinkReceiveBuffer()
            try await connection.send("GET /blob?1000000000 HTTP/1.1\r\nHost: h\r\n\r\n")
            while server.server.connectionCount > 0 { await Task.yield() }
            #expect(await connection.end() != .open)
        }
    }

    @Test("connections beyond the limit wait for a place, and get one")
    func connectionLimit() async throws {
        try await withTestServer(Answers(), configure: { $0.limits.connections = 3 }) { server async throws in
            let first = try (0..<3).map { _ in try server.connect() }
            for connection in first {
                try await connection.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await connection.response().body == "hello")
            }
            let waiting = try server.connect()
            try await waiting.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(server.server.connectionCount == 3)
            first[0].finishSending()
            #expect(await waiting.response().body == "hello")
        }
    }

    @Test("one address has only so many connections, a proxy as many as it likes")
    func perAddress() async throws {
        for exempt in [false, true] {
            try await withTestServer(
                Answers(),
                configure: {
                    $0.limits.connectionsPerAddress = 2
                    if exempt, let range = IPRange("127.0.0.0/8") { $0.limits.exemptAddresses = [range] }
                }
            ) { server async throws in
                let kept = try (0..<2).map { _ in try server.connect() }
                for connection in kept {
                    try await connection.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
                    #expect(await connection.response().body == "hello")
                }
                let third = try server.connect()
                // The refusal may come before the request is out.
                do { try await third.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n") } catch {}
                #expect(await third.response().body == (exempt ? "hello" : ""))
            }
        }
    }
}
