/// Decides every step of one download: what to ask for, what to make of an answer, when to try again and when to stop.
///
/// A value without I/O. The owner asks (`request`), reports the head of the answer, each piece and the end, and does
/// what the returned action says. The bytes already on the disk count from the start; whether they are the right ones
/// is told by the hash of the whole at the end.
struct DownloadMachine {
    /// What the owner does next.
    enum Action: Equatable {
        /// Write the body behind what is there.
        case append
        /// Empty the file, then write the body.
        case startOver
        /// Leave the body; ask again after a pause of this many milliseconds.
        case askAgain(afterMilliseconds: Int)
        /// Leave the body, empty the file and ask again at once.
        case askFromStart
        case complete
        case fail(ModelError)
    }

    /// Attempts in a row that bring less than `progress` before it is given up.
    static let fruitlessAttempts = 6
    /// Attempts altogether, however much each brings.
    static let allAttempts = 200
    /// Bytes that make an attempt worth its while.
    static let progress: Int64 = 1 << 20

    let expected: Int64
    /// Bytes in the file that count.
    private(set) var received: Int64
    /// The entity tag of the file on the server, to resume only the same one.
    private(set) var validator: String?
    /// Whether some bytes are from an earlier answer: then a wrong hash may be a wrong seam.
    private(set) var isPieced: Bool

    private var receivedBefore: Int64
    private var fruitless = 0
    private var attempts = 0
    private var hasStartedOver = false

    /// - Parameters:
    ///   - received: bytes in the file from an earlier run.
    ///   - validator: the entity tag they came with.
    init(expected: Int64, received: Int64, validator: String?) {
        self.expected = expected
        // More than there can be is a leftover of something else.
        self.received = received > expected ? 0 : received
        self.validator = received > expected ? nil : validator
        receivedBefore = self.received
        isPieced = self.received > 0
    }

    var isComplete: Bool { received == expected }

    /// The head of an answer has come.
    mutating func answered(_ answer: ByteAnswer) -> Action {
        attempts += 1
        receivedBefore = received
        switch answer.status {
        case 200: return fullAnswer(answer)
        case 206: return partialAnswer(answer)
        case 416 where received > 0: return fromStart(orFail: .refusedByServer(status: 416))
        case 408, 425, 429, 500...599:
            return again(orFail: .refusedByServer(status: answer.status), notBefore: answer.retryAfter ?? 0)
        default: return .fail(.refusedByServer(status: answer.status))
        }
    }

    /// No answer came.
    mutating func failed(_ fault: TransferFault) -> Action {
        attempts += 1
        receivedBefore = received
        return fault.isTransient ? again(orFail: .network(fault.reason)) : .fail(.network(fault.reason))
    }

    /// A piece of the body has come and is to be written; `nil` means go on.
    mutating func got(_ bytes: Int) -> Action? {
        guard Int64(bytes) <= expected - received else {
            return .fail(.wrongSize(expected: expected, found: received + Int64(bytes)))
        }
        received += Int64(bytes)
        return nil
    }

    /// The body has ended, whole or by a fault.
    mutating func bodyEnded(_ fault: TransferFault?) -> Action {
        if isComplete { return .complete }
        isPieced = received > 0
        if let fault, !fault.isTransient { return .fail(.network(fault.reason)) }
        return again(orFail: .network(fault?.reason ?? "the server ended the file after \(received) bytes"))
    }

    /// The whole has the wrong hash. A file put together from several answers is fetched once more in one go.
    mutating func hashIsWrong() -> Action {
        isPieced ? fromStart(orFail: .wrongHash) : .fail(.wrongHash)
    }

    private mutating func fullAnswer(_ answer: ByteAnswer) -> Action {
        // RFC 9110 section 14.2: a server may ignore the range, and does when If-Range does not hold.
        received = 0
        receivedBefore = 0
        isPieced = false
        validator = answer.validator
        if let length = answer.contentLength, length != expected {
            return .fail(.wrongSize(expected: expected, found: length))
        }
        return .startOver
    }

    private mutating func partialAnswer(_ answer: ByteAnswer) -> Action {
        let range = ContentRange(answer.contentRange)
        if let total = range?.total, total != expected { return .fail(.wrongSize(expected: expected, found: total)) }
        guard received > 0, let range, range.first == received, range.last < expected,
            answer.contentLength.map({ $0 == range.last - range.first + 1 }) ?? true
        else { return fromStart(orFail: .refusedByServer(status: 206)) }
        validator = answer.validator ?? validator
        isPieced = true
        return .append
    }

    private mutating func fromStart(orFail error: ModelError) -> Action {
        guard !hasStartedOver else { return .fail(error) }
        hasStartedOver = true
        received = 0
        validator = nil
        isPieced = false
        return .askFromStart
    }

    /// - Parameter seconds: what the server asked for (RFC 9110 section 10.2.3); more than a minute is not waited.
    private mutating func again(orFail error: ModelError, notBefore seconds: Int = 0) -> Action {
        fruitless = received - receivedBefore >= Self.progress ? 0 : fruitless + 1
        guard fruitless < Self.fruitlessAttempts, attempts < Self.allAttempts else { return .fail(error) }
        // 0.5 s, 1 s, 2 s … at most 16 s; at once after an attempt that brought something.
        let pause = fruitless == 0 ? 0 : 250 << fruitless
        return .askAgain(afterMilliseconds: max(pause, min(max(seconds, 0), 60) * 1_000))
    }
}
