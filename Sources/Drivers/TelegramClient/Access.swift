import EventLoops
import MTProto

/// One bot's way to one data centre: its key, its connections, and the order in which both are made.
actor Access {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private struct Line {
        var connection: Connection
        var inFlight = 0
    }

    nonisolated let dataCentre: Int
    private nonisolated let loop: EventLoop
    private let configuration: TelegramConfiguration
    /// A circle that `close` opens: work that goes on without its caller must not lose the account.
    private let account: Account
    private var isClosed = false
    private var lines: [Line] = []
    private var agreement: KeyAgreement?
    private var isAuthorized = false
    private var hasLoaded = false
    private var preparing: Task<Void, any Error>?
    private var opening: Task<Void, any Error>?
    private var growing: Task<Void, any Error>?
    /// Fewer after the server said that there are too many.
    private var mostConnections: Int
    /// Until when the server wants to hear nothing of a call.
    private var pauses: [UInt32: Double] = [:]

    init(_ dataCentre: Int, _ account: Account, _ configuration: TelegramConfiguration, on loop: EventLoop) {
        self.dataCentre = dataCentre
        self.account = account
        self.configuration = configuration
        self.loop = loop
        mostConnections = configuration.mostConnections
    }

    /// Questions without an answer.
    var load: Int { lines.reduce(0) { $0 + $1.inFlight } }
    /// Seconds of a pause in reading that the server wants.
    var pause: Double { max(0, (pauses[TL.getFile] ?? 0) - Connection.now()) }

    /// Asks, once the bot is logged in here, and again whatever may be asked again.
    ///
    /// - Parameter longestPause: seconds to wait when the server asks for a pause; nil for as long as the settings say.
    func call(_ body: [UInt8], longestPause: Int? = nil) async throws(AccessFailure) -> TLReader {
        try await ask(body, authorized: true, longestPause)
    }

    /// Asks without being logged in: to log in.
    func callUnauthorized(_ body: [UInt8]) async throws(AccessFailure) -> TLReader {
        try await ask(body, authorized: false, nil)
    }

    private func ask(
        _ body: [UInt8], authorized: Bool, _ longestPause: Int?
    ) async throws(AccessFailure) -> TLReader {
        var attempts = Attempts(
            patience: configuration.patience, pause: longestPause ?? configuration.longestPause)
        while true {
            guard !isClosed else { throw .unreachable }
            let failure: CallFailure
            try await attempts.wait(until: pauses[Call.constructor(of: body)] ?? 0, now: Connection.now())
            do {
                if authorized { try await prepare() } else { try await agree() }
                let connection = try await connection()
                let result = await connection.call(body)
                release(connection)
                switch result {
                case .success(let answer): return answer
                case .failure(let error): failure = error
                }
            } catch AccessFailure.moved {
                // Files lie where they lay; all else is to be asked at the new home.
                guard Call.constructor(of: body) == TL.getFile else { throw .moved }
                try attempts.noteMove()
                continue
            } catch let error as AccessFailure {
                throw error
            } catch let error as CallFailure {
                failure = error
            } catch {
                failure = .lost(.network)
            }
            if Task.isCancelled { throw .cancelled }
            await digest(failure, of: body)
            try await attempts.wait(after: failure, now: Connection.now())
        }
    }

    /// What a failure says about the key and the connections.
    private func digest(_ failure: CallFailure, of body: [UInt8]) async {
        switch failure {
        case .lost(.session(.transport(404))), .lost(.handshake): await forgetKey()
        case .lost(.session(.transport(429))): mostConnections = 1
        case .refused(let error):
            switch error.kind {
            case .wait(let seconds):
                let call = Call.constructor(of: body)
                pauses[call] = max(pauses[call] ?? 0, Connection.now() + Double(max(1, seconds)))
            case .notAuthorized: await forgetAuthorization()
            case .deadKey: await forgetKey()
            default: break
            }
        default: break
        }
    }

    // MARK: - Key

    private func load() async {
        guard !hasLoaded else { return }
        let entry = await account.entry(dataCentre)
        guard !hasLoaded else { return }
        hasLoaded = true
        guard let entry, entry.key.count == 256 else { return }
        agreement = KeyAgreement(
            key: AuthKey(entry.key, account.cipher), salt: entry.salt, clockOffset: entry.clockOffset)
        isAuthorized = entry.isAuthorized
    }

    private func store() async {
        await account.store(
            agreement.map {
                AccountKeys.Entry(
                    key: $0.key.bytes, salt: $0.salt, clockOffset: $0.clockOffset, isAuthorized: isAuthorized)
            }, dataCentre)
    }

    private func forgetKey() async {
        guard agreement != nil else { return }
        agreement = nil
        isAuthorized = false
        closeAll()
        await store()
    }

    private func forgetAuthorization() async {
        guard isAuthorized else { return }
        isAuthorized = false
        await store()
    }

    /// Makes sure of a key. Callers at the same time share one exchange.
    private func agree() async throws {
        await load()
        if agreement != nil { return }
        if let opening { return try await opening.value }
        // Awaited by everybody who needs the key.
        let task = Task { try await self.makeKey() }
        opening = task
        defer { opening = nil }
        try await task.value
    }

    private func makeKey() async throws {
        let connection = try await newConnection(isForFiles: false)
        do {
            let agreed = try await connection.agree(configuration.keys)
            agreement = agreed
            isAuthorized = false
            await store()
            await connection.begin(agreed, introduction: configuration.introduction)
            lines.append(Line(connection: connection))
        } catch {
            await connection.close()
            throw CallFailure.lost(error)
        }
    }

    /// Makes sure that the bot is logged in with the key.
    private func prepare() async throws {
        await load()
        if agreement != nil, isAuthorized { return }
        if let preparing { return try await preparing.value }
        // Awaited by everybody who wants to ask.
        let task = Task {
            try await self.agree()
            try await self.account.authorize(self)
            await self.setAuthorized()
        }
        preparing = task
        defer { preparing = nil }
        try await task.value
    }

    private func setAuthorized() async {
        isAuthorized = true
        await store()
    }

    // MARK: - Connections

    /// The least busy connection, with its load counted. Where all have enough to do another one is opened, one at a time.
    private func connection() async throws -> Connection {
        while true {
            if let least = lines.indices.min(by: { lines[$0].inFlight < lines[$1].inFlight }) {
                let isEnough = lines[least].inFlight < configuration.perConnection || lines.count >= mostConnections
                if !isEnough, growing == nil { grow() }
                lines[least].inFlight += 1
                return lines[least].connection
            }
            if growing == nil { grow() }
            try await growing?.value
        }
    }

    /// Opens one more connection.
    private func grow() {
        // Awaited by whoever has no connection; where there is one, it must do until this one is there.
        growing = Task {
            defer { self.growing = nil }
            guard let agreement = self.agreement else { throw CallFailure.lost(.closed) }
            let connection = try await self.newConnection(isForFiles: true)
            await connection.begin(agreement, introduction: self.configuration.introduction)
            await connection.setSurplus(!self.lines.isEmpty)
            self.lines.append(Line(connection: connection))
        }
    }

    private func release(_ connection: Connection) {
        guard let index = lines.firstIndex(where: { $0.connection === connection }) else { return }
        lines[index].inFlight -= 1
    }

    private func newConnection(isForFiles: Bool) async throws -> Connection {
        let addresses = try await account.addresses(dataCentre, isForFiles: isForFiles)
        var last = Loss.network
        for address in addresses.prefix(3) {
            let connection = Connection(
                dataCentre, on: loop,
                onClose: { [weak self] in self?.assumeIsolated { $0.removeClosed() } },
                onEvent: { [weak self] event in self?.assumeIsolated { $0.learn(event) } })
            do {
                try await connection.connect(to: address, isObfuscated: configuration.isObfuscated)
                return connection
            } catch {
                last = error
            }
        }
        throw CallFailure.lost(last)
    }

    private func removeClosed() {
        lines.removeAll { line in line.connection.assumeIsolated { !$0.isOpen } }
    }

    private func learn(_ event: Session.Event) {
        switch event {
        case .newSalt(let salt): agreement?.salt = salt
        case .newClock(let offset): agreement?.clockOffset = offset
        default: break
        }
    }

    private func closeAll() {
        let open = lines
        lines = []
        for line in open { line.connection.assumeIsolated { $0.close() } }
    }

    /// Ends every connection, and keeps what was learned about salts and clocks.
    func close() async {
        isClosed = true
        closeAll()
        if agreement != nil { await store() }
    }
}

/// How long one question is repeated, and with what pauses.
struct Attempts {
    private let patience: Double
    private let longestPause: Int
    private let start = Connection.now()
    private var delay = 0.0
    private var waited = 0
    private var keys = 0
    private var logins = 0

    init(patience: Double, pause: Int) {
        self.patience = patience
        longestPause = pause
    }

    /// An account moves once, not for ever.
    mutating func noteMove() throws(AccessFailure) {
        logins += 1
        guard logins <= 2 else { throw .unreachable }
    }

    /// Waits for the end of a pause that was imposed before.
    mutating func wait(until end: Double, now: Double) async throws(AccessFailure) {
        guard end > now else { return }
        let seconds = Int((end - now).rounded(.up))
        waited += seconds
        guard waited <= longestPause else { throw .busy(seconds: seconds) }
        try await sleep(end - now)
    }

    /// Waits as long as the failure asks for; throws when it is final or has taken too long.
    mutating func wait(after failure: CallFailure, now: Double) async throws(AccessFailure) {
        switch failure {
        case .cancelled: throw .cancelled
        case .refused(let error): try await waitAfter(error, now)
        case .lost(.session(.transport(444))): throw .unreachable
        case .lost(.handshake(let error)):
            if error == .unknownKey || error == .unsafeGroup || error == .unsafeValue { throw .unreachable }
            try await backOff(now)
        case .lost: try await backOff(now)
        }
    }

    private mutating func waitAfter(_ error: RPCError, _ now: Double) async throws(AccessFailure) {
        switch error.kind {
        case .wait:
            // The pause is known by now; the next round keeps it.
            break
        case .passing: try await backOff(now)
        case .notAuthorized:
            logins += 1
            guard logins <= 2 else { throw .refused(error) }
        case .deadKey:
            keys += 1
            guard keys <= 2 else { throw .refused(error) }
        case .badCredentials: throw .credentials(error.text)
        default: throw .refused(error)
        }
    }

    /// At once, then after 0.25 s, twice as long each time, up to 8 s.
    private mutating func backOff(_ now: Double) async throws(AccessFailure) {
        guard now - start + delay < patience else { throw .unreachable }
        let pause = delay
        delay = min(max(0.25, delay * 2), 8)
        if pause > 0 { try await sleep(pause) }
    }

    private func sleep(_ seconds: Double) async throws(AccessFailure) {
        do { try await Task.sleep(for: .seconds(seconds)) } catch { throw .cancelled }
    }
}
