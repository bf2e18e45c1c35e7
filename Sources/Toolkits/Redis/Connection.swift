internal import EventLoops
internal import IPAddresses
internal import TCP
internal import TLS

/// One connection to a server, on one loop: many calls at once, answered in their order.
// Unchecked because everything happens on the loop's thread, which the stream and the timers assert.
final class Connection: TCPStreamOwner, @unchecked Sendable {
    private let loop: EventLoop
    private let limits: RedisLimits
    private let reader: ReplyReader
    private var stream: TCPStream?
    private let tls: TLSClientSession?
    private var isSecured: Bool
    private var opening: CheckedContinuation<RedisError?, Never>?
    private var calls = WaitingCalls()
    private var outgoing: [UInt8] = []
    private var willFlush = false
    private var watch: (timer: LoopTimer, at: MonotonicTime)?
    /// When bytes came last.
    private(set) var lastHeard: MonotonicTime
    /// Why it is over.
    private(set) var failure: RedisError?
    /// Takes no more calls, and ends with the last answer it owes.
    private(set) var isRetired = false
    /// Takes replies that answer no call, once this is a subscriber's connection.
    var onMessage: ((RedisValue) -> Void)?
    var onEnd: ((RedisError) -> Void)?

    init(on loop: EventLoop, limits: RedisLimits, tls: TLSClientSession?) {
        self.loop = loop
        self.limits = limits
        self.tls = tls
        isSecured = tls == nil
        lastHeard = loop.now
        reader = ReplyReader(limit: limits.replyBytes)
    }

    // MARK: - Beginning

    /// Nil when it stands, the handshake of TLS included; once.
    func open(to address: IPAddress, port: UInt16, by deadline: MonotonicTime) async -> RedisError? {
        do {
            stream = try TCPStream.connect(to: address, port: port, on: loop, owner: self)
        } catch {
            return .unreachable("\(error)")
        }
        let limit = loop.schedule(after: deadline - .now()) { [weak self] in
            self?.end(.unreachable("no connection in time"))
        }
        let failure = await withCheckedContinuation { opening = $0 }
        loop.cancel(limit)
        return failure
    }

    func streamConnected() {
        lastHeard = loop.now
        isSecured ? opened(nil) : proceed()
    }

    private func opened(_ failure: RedisError?) {
        opening?.resume(returning: failure)
        opening = nil
    }

    private func proceed() {
        guard let tls else { return }
        do {
            let isDone = try tls.handshake()
            stream?.write(tls.takeOutput())
            guard isDone else { return }
            isSecured = true
            opened(nil)
        } catch {
            stream?.write(tls.takeOutput())
            end(.notAllowed("\(error)"))
        }
    }

    // MARK: - Asking

    var waiting: Int { calls.count }

    /// Sends a command; `done` is called once, with `.unreachable` or `.busy` when nothing was sent.
    func ask(_ bytes: [UInt8], by deadline: MonotonicTime, _ done: @escaping (WaitingCalls.Answer) -> Void) {
        if let failure { return done(.failure(.unreachable(failure.description))) }
        guard calls.count < limits.waitingCalls, (stream?.unsent ?? 0) + outgoing.count < limits.unsentBytes else {
            return done(.failure(.busy))
        }
        calls.add(WaitingCalls.Call(deadline: deadline, sentAt: loop.now, resume: done))
        send(bytes)
        if watch.map({ deadline < $0.at }) ?? true { lookAgain(at: deadline) }
    }

    /// Commands of one turn of the loop leave together.
    func send(_ bytes: [UInt8]) {
        outgoing.append(contentsOf: bytes)
        guard !willFlush else { return }
        willFlush = true
        _ = loop.schedule(after: .zero) { [weak self] in self?.flush() }
    }

    private func flush() {
        willFlush = false
        guard let stream else { return }
        let bytes = outgoing
        outgoing = []
        guard let tls else { return stream.write(bytes) }
        do {
            try tls.write(bytes)
            stream.write(tls.takeOutput())
        } catch {
            end(.unreachable("\(error)"))
        }
    }

    private func lookAgain(at moment: MonotonicTime) {
        if let watch { loop.cancel(watch.timer) }
        let timer = loop.schedule(after: moment - .now()) { [weak self] in self?.lookAtDeadlines() }
        watch = (timer, moment)
    }

    private func lookAtDeadlines() {
        watch = nil
        let now = MonotonicTime.now()
        let late = calls.expired(at: now)
        for call in late { call.resume?(.failure(.unknownOutcome("no answer in time"))) }
        // Not a byte since it was asked: what else is waiting will not be answered either.
        if late.contains(where: { lastHeard <= $0.sentAt }) { return end(.unreachable("the server is silent")) }
        if let next = calls.earliestDeadline { lookAgain(at: next) }
    }

    // MARK: - Hearing

    func streamReceived(_ bytes: UnsafeRawBufferPointer) {
        lastHeard = loop.now
        guard let tls else { return take(bytes) }
        do {
            try tls.receive(bytes)
        } catch {
            return end(.unreachable("\(error)"))
        }
        if !isSecured { proceed() }
        if isSecured { takeDecrypted(tls) }
    }

    private func takeDecrypted(_ tls: TLSClientSession) {
        withUnsafeTemporaryAllocation(byteCount: 16 << 10, alignment: 16) { buffer in
            while failure == nil {
                do {
                    guard let count = try tls.read(into: buffer) else { return end(.unreachable("the server left")) }
                    if count == 0 { break }
                    take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                } catch {
                    return end(.unreachable("\(error)"))
                }
            }
            stream?.write(tls.takeOutput())
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        do {
            try reader.feed(bytes)
            while failure == nil, let value = try reader.next() { deliver(value) }
        } catch {
            end(error)
        }
    }

    private func deliver(_ value: RedisValue) {
        if let onMessage { return onMessage(value) }
        guard let call = calls.first() else { return end(.malformed("an answer to nothing")) }
        call.resume?(.success(value))
        if isRetired, calls.count == 0 { end(.unreachable("the server is no master any more")) }
    }

    // MARK: - Ending

    /// Somebody else is to be asked from now on.
    func retire() {
        isRetired = true
        if calls.count == 0 { end(.unreachable("the server is no master any more")) }
    }

    var isUsable: Bool { failure == nil && !isRetired }

    func streamDrained() {}

    func streamEnded(_ error: SystemCallError?) {
        end(.unreachable(error.map { "\($0)" } ?? "the server closed the connection"))
    }

    /// Closes it. What was asked has an unknown outcome.
    func end(_ reason: RedisError) {
        guard failure == nil else { return }
        failure = reason
        if let watch { loop.cancel(watch.timer) }
        watch = nil
        stream?.close()
        stream = nil
        opened(reason)
        let lost = calls.all()
        let (onEnd, why) = (onEnd, reason.shortReason)
        self.onEnd = nil
        onMessage = nil
        for call in lost { call.resume?(.failure(reason.isReadingFault ? reason : .unknownOutcome(why))) }
        onEnd?(reason)
    }
}

extension RedisError {
    /// The reason without the sentence around it.
    var shortReason: String {
        switch self {
        case .unreachable(let why), .unknownOutcome(let why), .notAllowed(let why), .malformed(let why): why
        case .refused(let refusal): refusal.code
        case .busy, .closed, .cancelled: description
        }
    }

    fileprivate var isReadingFault: Bool {
        if case .malformed = self { true } else { false }
    }
}
