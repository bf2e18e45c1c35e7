public import EventLoops
internal import TLS

/// A server or the master that sentinels know, on one loop.
///
/// Calls of everybody go through few connections without waiting for each other's answers. Each call has one deadline
/// for everything it takes. What was sent and not answered is never sent again unless the command says that this does
/// no harm. Cancelling a task does not interrupt its call, whose outcome would then be unknown: the deadline bounds it.
public actor RedisClient {
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    public nonisolated let address: RedisAddress
    public nonisolated let options: RedisOptions
    nonisolated let loop: EventLoop
    private let pool: BlockingPool
    let opener: Opener
    private let lines: [Line]
    private var blocking = BlockingConnections()
    var subscriptions: [Int: Connection] = [:]
    var subscriptionNumber = 0
    var isClosed = false
    /// Those that wait between two tries.
    private var pauses: [Int: OneAnswer<Void>] = [:]
    private var pauseCount = 0

    /// Connects when first asked.
    ///
    /// - Throws: `RedisError.notAllowed` when the authorities' file cannot be read.
    public init(_ address: RedisAddress, options: RedisOptions = RedisOptions(), on loop: EventLoop) throws(RedisError)
    {
        self.address = address
        self.options = options
        self.loop = loop
        do {
            pool = try BlockingPool(threads: 2, queue: 64, name: "redis-names")
            let tls = address.usesTLS ? try TLSClientContext(authorityFile: options.authorityFile) : nil
            opener = Opener(address: address, options: options, loop: loop, pool: pool, tls: tls)
        } catch {
            throw .notAllowed("\(error)")
        }
        lines = (0..<max(1, options.connections)).map { _ in Line() }
    }

    /// Ends every connection. Calls under way fail with an unknown outcome, later ones as closed.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        for line in lines {
            line.connection?.end(.closed)
            line.resumeAll(.failure(.closed))
        }
        for connection in blocking.all + Array(subscriptions.values) { connection.end(.closed) }
        for pause in pauses.values { pause.give(()) }
        pool.shutDown()
    }

    // MARK: - Calls

    /// - Parameter within: instead of the options' deadline.
    public func call(_ command: RedisCommand, within: Duration? = nil) async throws(RedisError) -> RedisValue {
        try await perform(command.formatted(), command.isIdempotent, .now() + (within ?? options.deadline))
    }

    /// Runs a script by its digest, and with its source where the server does not know it.
    public func run(
        _ script: RedisScript, keys: [String], _ arguments: [any RedisArgument], isIdempotent: Bool = false,
        within: Duration? = nil
    ) async throws(RedisError) -> RedisValue {
        let deadline = MonotonicTime.now() + (within ?? options.deadline)
        let rest: [any RedisArgument] = [keys.count] + keys + arguments
        do {
            let command = RedisCommand("EVALSHA", list: [script.digest] + rest)
            return try await perform(command.formatted(), isIdempotent, deadline)
        } catch .refused(let refusal) where refusal.code == "NOSCRIPT" {
            // It was not run.
            let command = RedisCommand("EVAL", list: [script.source] + rest)
            return try await perform(command.formatted(), isIdempotent, deadline)
        }
    }

    private func perform(
        _ bytes: [UInt8], _ isIdempotent: Bool, _ deadline: MonotonicTime
    ) async throws(RedisError) -> RedisValue {
        var refusals = 0
        while true {
            let connection = try await ready(by: deadline)
            switch await exchange(bytes, connection, deadline) {
            case .success(.error(let refusal)):
                refusals += 1
                let pause = options.pause(afterFailures: refusals)
                guard refusal.isPassing, .now() + pause < deadline else { throw .refused(refusal) }
                // Somebody else is master now.
                if refusal.code == "READONLY" { connection.retire() }
                await sleep(pause)
            case .success(let value): return value
            case .failure(.unreachable) where .now() < deadline && !isClosed: break
            case .failure(.unknownOutcome) where isIdempotent && .now() < deadline && !isClosed: break
            case .failure(let error): throw error
            }
        }
    }

    private func exchange(
        _ bytes: [UInt8], _ connection: Connection, _ deadline: MonotonicTime
    ) async -> WaitingCalls.Answer {
        await withCheckedContinuation { continuation in
            connection.ask(bytes, by: deadline) { continuation.resume(returning: $0) }
        }
    }

    /// Ends early when the client is closed: its loop may be gone before the time is over.
    func sleep(_ duration: Duration) async {
        guard !isClosed else { return }
        pauseCount += 1
        let (number, pause) = (pauseCount, OneAnswer<Void>())
        pauses[number] = pause
        let timer = loop.schedule(after: duration) { pause.give(()) }
        await withCheckedContinuation { pause.wait($0) }
        pauses[number] = nil
        if !isClosed { loop.cancel(timer) }
    }

    // MARK: - Shared connections

    private func ready(by deadline: MonotonicTime) async throws(RedisError) -> Connection {
        guard !isClosed else { throw .closed }
        let line = leastBusy()
        if let connection = line.connection, connection.isUsable { return connection }
        line.connection = nil
        let result = await withCheckedContinuation { waiter in
            let number = line.add(waiter)
            _ = loop.schedule(after: deadline - .now()) { line.giveUp(number) }
            guard !line.isOpening else { return }
            line.isOpening = true
            // Whoever waits at the line waits for it.
            Task { await self.open(line) }
        }
        return try result.get()
    }

    private func leastBusy() -> Line {
        var best = lines[0]
        for line in lines.dropFirst() where line.load < best.load { best = line }
        return best
    }

    /// Tries until somebody has let us in, or nobody waits for it any more.
    private func open(_ line: Line) async {
        defer { line.isOpening = false }
        while !isClosed, line.hasWaiters {
            do {
                let connection = try await opener.open(by: .now() + options.connectPatience)
                guard !isClosed else { return connection.end(.closed) }
                line.failures = 0
                line.connection = connection
                return line.resumeAll(.success(connection))
            } catch .notAllowed(let why) {
                return line.resumeAll(.failure(.notAllowed(why)))
            } catch {
                line.lastReason = error.shortReason
                line.failures += 1
                await sleep(options.pause(afterFailures: line.failures))
            }
        }
        line.resumeAll(.failure(.closed))
    }

    // MARK: - Blocking calls

    /// A command that the server answers late, such as XREADGROUP BLOCK or BLPOP, on a connection of its own.
    /// Cancelling the task ends it; whether the server took something from a list for it is then not known.
    ///
    /// - Parameter wait: what the command itself was told to wait at most.
    public func block(_ command: RedisCommand, atMost wait: Duration) async throws(RedisError) -> RedisValue {
        let connection = try await blockingConnection()
        let deadline = MonotonicTime.now() + wait + options.deadline
        let bytes = command.formatted()
        let answer = await withTaskCancellationHandler {
            Task.isCancelled ? .failure(.cancelled) : await exchange(bytes, connection, deadline)
        } onCancel: {
            // The continuation it resumes is what the caller waits for.
            Task { await self.drop(connection) }
        }
        blocking.giveBack(connection, isClosed: isClosed)
        switch answer {
        case .success(.error(let refusal)):
            if refusal.code == "READONLY" { connection.retire() }
            throw .refused(refusal)
        case .success(let value): return value
        case .failure(let error): throw Task.isCancelled ? .cancelled : error
        }
    }

    private func drop(_ connection: Connection) {
        if blocking.isBusy(connection) { connection.end(.cancelled) }
    }

    private func blockingConnection() async throws(RedisError) -> Connection {
        guard !isClosed else { throw .closed }
        if let connection = blocking.takeIdle() { return connection }
        guard blocking.count < options.limits.blockingConnections else { throw .busy }
        blocking.opening += 1
        defer { blocking.opening -= 1 }
        let connection = try await openPatiently(by: .now() + options.deadline)
        guard !isClosed else {
            connection.end(.closed)
            throw .closed
        }
        blocking.add(connection)
        return connection
    }

    /// Tries again and again until the deadline.
    func openPatiently(by deadline: MonotonicTime) async throws(RedisError) -> Connection {
        var failures = 0
        while true {
            do {
                return try await opener.open(by: deadline)
            } catch .notAllowed(let why) {
                throw .notAllowed(why)
            } catch {
                failures += 1
                let pause = options.pause(afterFailures: failures)
                guard !isClosed, .now() + pause < deadline else { throw .unreachable(error.shortReason) }
                await sleep(pause)
            }
        }
    }
}

extension Line {
    /// What a call would wait behind; one that has no connection yet is taken when the others are busy.
    fileprivate var load: Int {
        guard let connection, connection.isUsable else { return 1 }
        return connection.waiting
    }
}
