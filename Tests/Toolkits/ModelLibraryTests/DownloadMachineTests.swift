import Testing

@testable import ModelLibrary

@Suite("Decisions of a download")
struct DownloadMachineTests {
    private func answer(
        _ status: Int, range: String? = nil, length: Int64? = nil, tag: String? = "\"a\""
    ) -> ByteAnswer {
        ByteAnswer(status: status, contentRange: range, contentLength: length, validator: tag, next: { nil })
    }

    private func machine(received: Int64 = 0, tag: String? = nil) -> DownloadMachine {
        DownloadMachine(expected: 100, received: received, validator: tag)
    }

    @Test("a whole file in one answer is complete")
    func whole() {
        var machine = machine()
        #expect(machine.answered(answer(200, length: 100)) == .startOver)
        #expect(machine.validator == "\"a\"")
        #expect(machine.got(60) == nil)
        #expect(machine.got(40) == nil)
        #expect(machine.bodyEnded(nil) == .complete)
        // Its hash is wrong and nothing was pieced together: the server has another file.
        #expect(machine.hashIsWrong() == .fail(.wrongHash))
    }

    @Test("the right range goes on, with or without a known length")
    func range() {
        for total in ["100", "*"] {
            var machine = machine(received: 40, tag: "\"a\"")
            #expect(machine.answered(answer(206, range: "bytes 40-99/\(total)", length: 60)) == .append)
            #expect(machine.got(60) == nil)
            #expect(machine.bodyEnded(nil) == .complete)
            // Two answers may not fit together; one in a single go decides.
            #expect(machine.hashIsWrong() == .askFromStart)
            #expect(machine.answered(answer(200)) == .startOver)
            #expect(machine.got(100) == nil)
            #expect(machine.hashIsWrong() == .fail(.wrongHash))
        }
    }

    @Test(
        "a range that was not asked for is not written, and twice is enough",
        arguments: [
            nil, "", "bytes 0-99/100", "bytes 39-99/100", "bytes 41-99/100", "bytes 40-100/*", "bytes 40-39/100",
            "bytes 40-99", "bytes 40-/100", "bytes */100", "lines 40-99/100", "bytes 40-99/99",
            "bytes 40-99999999999999999999/99999999999999999999", "bytes -40-99/100",
        ])
    func wrongRange(range: String?) {
        var machine = machine(received: 40)
        #expect(machine.answered(answer(206, range: range)) == .askFromStart)
        #expect(machine.received == 0)
        #expect(machine.answered(answer(206, range: "bytes 0-99/100")) == .fail(.refusedByServer(status: 206)))
    }

    @Test("a length that contradicts the range is a wrong range")
    func contradictingLength() {
        var machine = machine(received: 40)
        #expect(machine.answered(answer(206, range: "bytes 40-99/100", length: 59)) == .askFromStart)
    }

    @Test("a server that has another size is refused before a byte is fetched")
    func sizes() {
        var whole = machine()
        #expect(whole.answered(answer(200, length: 99)) == .fail(.wrongSize(expected: 100, found: 99)))
        var part = machine(received: 40)
        #expect(
            part.answered(answer(206, range: "bytes 40-119/120")) == .fail(.wrongSize(expected: 100, found: 120)))
        var silent = machine()
        #expect(silent.answered(answer(200)) == .startOver)
        #expect(silent.got(101) == .fail(.wrongSize(expected: 100, found: 101)))
    }

    @Test("an ignored range starts over in the same answer")
    func ignoredRange() {
        var machine = machine(received: 40, tag: "\"a\"")
        #expect(machine.answered(answer(200, length: 100, tag: nil)) == .startOver)
        #expect(machine.received == 0)
        #expect(machine.validator == nil)
    }

    @Test("416 starts over once")
    func unsatisfiable() {
        var machine = machine(received: 40)
        #expect(machine.answered(answer(416)) == .askFromStart)
        #expect(machine.answered(answer(416)) == .fail(.refusedByServer(status: 416)))
    }

    @Test("refusals end at once, overload is tried again", arguments: [301, 400, 401, 403, 404, 410, 204])
    func refusals(status: Int) {
        var machine = machine()
        #expect(machine.answered(answer(status)) == .fail(.refusedByServer(status: status)))
    }

    @Test("attempts that bring nothing are bounded and wait longer each time", arguments: [429, 500, 503])
    func retries(status: Int) {
        var machine = machine()
        var waits: [Int] = []
        while case .askAgain(let milliseconds) = machine.answered(answer(status)) { waits.append(milliseconds) }
        #expect(waits == [500, 1_000, 2_000, 4_000, 8_000])
        #expect(machine.answered(answer(status)) == .fail(.refusedByServer(status: status)))
    }

    @Test(
        "a server that says when to come again is listened to, within reason",
        arguments: [(3, 3_000), (0, 500), (-5, 500), (.max, 60_000)])
    func retryAfter(seconds: Int, milliseconds: Int) {
        var machine = machine()
        let busy = ByteAnswer(status: 429, retryAfter: seconds, next: { nil })
        #expect(machine.answered(busy) == .askAgain(afterMilliseconds: milliseconds))
    }

    @Test("a download that gets on is not given up, but not tried for ever either")
    func progress() {
        let step = DownloadMachine.progress
        var machine = DownloadMachine(expected: step * 1_000, received: 0, validator: nil)
        #expect(machine.answered(answer(200)) == .startOver)
        let fault = TransferFault(isTransient: true, reason: "cut")
        var attempts = 1
        #expect(machine.got(Int(step)) == nil)
        while machine.bodyEnded(fault) == .askAgain(afterMilliseconds: 0) {
            let range = "bytes \(machine.received)-\(step * 1_000 - 1)/\(step * 1_000)"
            guard machine.answered(answer(206, range: range)) == .append else { break }
            attempts += 1
            #expect(machine.got(Int(step)) == nil)
        }
        #expect(attempts == DownloadMachine.allAttempts)
    }

    @Test("faults of the network are tried again unless they will last")
    func faults() {
        var machine = machine()
        #expect(
            machine.failed(TransferFault(isTransient: true, reason: "reset")) == .askAgain(afterMilliseconds: 500))
        #expect(
            machine.failed(TransferFault(isTransient: false, reason: "certificate")) == .fail(.network("certificate")))
    }

    @Test("a leftover larger than the file counts for nothing")
    func leftover() {
        let machine = machine(received: 101, tag: "\"a\"")
        #expect(machine.received == 0)
        #expect(machine.validator == nil)
        #expect(self.machine(received: 100).isComplete)
    }
}
