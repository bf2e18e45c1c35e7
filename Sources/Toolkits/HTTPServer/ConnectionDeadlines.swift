internal import EventLoops

/// Which deadline a connection has missed: times in, a verdict out.
struct ConnectionDeadlines {
    enum Expiry: Equatable {
        case handshake, idle, head, bodyRate, restingBody, writeStall, linger
    }

    /// What the connection waits for.
    enum Stage: Equatable {
        case handshake
        case idle
        case head
        case exchange
        case webSocket
        case lingering
    }

    private(set) var stage = Stage.idle
    private var since: MonotonicTime
    private var bodyWindow: MonotonicTime?
    private var bodyBytes = 0
    private var restingSince: MonotonicTime?
    private var stalledSince: MonotonicTime?

    init(_ now: MonotonicTime, stage: Stage) {
        since = now
        self.stage = stage
    }

    /// The connection enters `stage`. Entering the one it is in changes nothing: bytes do not extend a head's time.
    mutating func enter(_ stage: Stage, at now: MonotonicTime) {
        guard stage != self.stage else { return }
        self.stage = stage
        since = now
        bodyWindow = nil
        restingSince = nil
    }

    /// The body is being read from now on.
    mutating func bodyFlows(at now: MonotonicTime) {
        restingSince = nil
        if bodyWindow == nil {
            bodyWindow = now
            bodyBytes = 0
        }
    }

    mutating func bodyBrought(_ count: Int) { bodyBytes += count }

    /// The body waits for its handler.
    mutating func bodyRests(at now: MonotonicTime) {
        bodyWindow = nil
        if restingSince == nil { restingSince = now }
    }

    mutating func bodyEnded() {
        bodyWindow = nil
        restingSince = nil
    }

    /// Output waits for the peer; `progress` says whether some of it has just been taken.
    mutating func outputWaits(at now: MonotonicTime, progress: Bool) {
        if stalledSince == nil || progress { stalledSince = now }
    }

    mutating func outputDrained() { stalledSince = nil }

    /// Whether output has waited for the peer without progress for so long.
    func hasWaited(at now: MonotonicTime, for duration: Duration) -> Bool {
        stalledSince.map { now - $0 >= duration } ?? false
    }

    /// The deadline missed at `now`, if any.
    mutating func check(at now: MonotonicTime, _ limits: HTTPServerConfiguration.Deadlines) -> Expiry? {
        let stall = stage == .webSocket ? limits.webSocketStall : limits.writeStall
        if let stalledSince, now - stalledSince >= stall { return .writeStall }
        switch stage {
        case .handshake: return now - since >= limits.handshake ? .handshake : nil
        case .idle: return now - since >= limits.idle ? .idle : nil
        case .head: return now - since >= limits.head ? .head : nil
        case .lingering: return now - since >= limits.linger ? .linger : nil
        case .webSocket: return nil
        case .exchange: return checkBody(at: now, limits)
        }
    }

    private mutating func checkBody(
        at now: MonotonicTime, _ limits: HTTPServerConfiguration.Deadlines
    ) -> Expiry? {
        if let restingSince, now - restingSince >= limits.restingBody { return .restingBody }
        guard let start = bodyWindow, now - start >= limits.bodyWindow else { return nil }
        let window = Double((now - start).nanoseconds) / 1e9
        if Double(bodyBytes) < window * Double(limits.bodyRate) { return .bodyRate }
        bodyWindow = now
        bodyBytes = 0
        return nil
    }
}
