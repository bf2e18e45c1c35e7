import Crypto
public import EventLoops
import IPAddresses
public import MTProto
import TCP

/// Telegram's data centres on loopback: exchange of keys, login, other data centres, files, and what goes wrong there.
public final class FakeDataCentres: Sendable {
    struct Export {
        var bytes: [UInt8]
        var bot: Int64
        var dataCentre: Int
    }

    struct KnownKey {
        var key: AuthKey
        var bot: Int64?
    }

    struct MessagePlace: Hashable {
        var chat: Int64
        var message: Int32
    }

    struct State {
        var ports: [Int: UInt16] = [:]
        /// Home data centres and numbers by token.
        var bots: [String: (id: Int64, home: Int)] = [:]
        var keys: [Int: [Int64: KnownKey]] = [:]
        var exports: [Int64: Export] = [:]
        var files: [Int64: FakeFile] = [:]
        var messages: [MessagePlace: Int64] = [:]
        /// Chats of which only these bots are members; all others are open to every bot.
        var members: [Int64: Set<Int64>] = [:]
        var plan = DCFaultPlan()
        var counts: [String: Int] = [:]
        var salts: [Int: Int64] = [:]
        var skew = 0.0
        var shape = LinkShape()
        var lie: ServerHandshake.Lie?
        var retries = 0
        var badImports = 0
        var connections: [ObjectIdentifier: DCConnection] = [:]
        var listeners: [TCPListener] = []
    }

    /// How a connection feels.
    public struct LinkShape: Sendable {
        /// Seconds from a question to its answer.
        public var roundTrip = 0.0
        /// Bytes a second towards the client; 0 for no limit.
        public var rate = 0.0

        public init(roundTrip: Double = 0, rate: Double = 0) {
            self.roundTrip = roundTrip
            self.rate = rate
        }
    }

    public let numbers: [Int]
    let state = Guarded(State())
    private let loop: EventLoop

    /// - Parameter numbers: of the data centres.
    public init(_ numbers: [Int] = [2, 4], on loop: EventLoop) {
        self.numbers = numbers
        self.loop = loop
        for number in numbers {
            state.withLock { $0.salts[number] = Int64(number) << 32 | 0x5a17 }
        }
    }

    /// Listens; every data centre on a port of its own, free ones unless others are named.
    public func start(ports: [Int: UInt16] = [:]) async throws {
        for number in numbers { try await listen(number, ports[number] ?? 0) }
    }

    private func listen(_ number: Int, _ port: UInt16) async throws {
        let loop = loop
        try await onLoop {
            let listener = try TCPListener(IPAddress(v4: 0x7f00_0001), port: port, on: loop) { [weak self] stream in
                guard let self else { return stream.close() }
                DCConnection(stream, number, self, loop).begin()
            }
            self.state.withLock { state in
                state.ports[number] = listener.port
                state.listeners.append(listener)
            }
        }
    }

    /// Runs something on the loop's thread and waits for it.
    private func onLoop(_ body: @escaping @Sendable () throws -> Void) async throws {
        // Awaited here.
        try await Task(executorPreference: loop.taskExecutor) { try body() }.value
    }

    /// Ends every connection and listens no more.
    public func stop() async {
        let (connections, listeners) = state.withLock { (Array($0.connections.values), $0.listeners) }
        try? await onLoop {
            for listener in listeners { listener.close() }
            for connection in connections { connection.close() }
        }
    }

    /// Ends every connection; new ones are taken.
    public func dropConnections() async {
        let connections = state.withLock { Array($0.connections.values) }
        try? await onLoop { for connection in connections { connection.reset() } }
    }

    // MARK: - What tests arrange

    public var ports: [Int: UInt16] { state.withLock { $0.ports } }

    /// All public keys, for whoever is to trust them.
    public var keys: [RSAPublicKey] { [2, 1].compactMap { SimulatedKey.key(of: $0)?.publicKey } }
    public var pem: String { SimulatedKeys.pem }

    /// A bot whose account lives in `home`. Its number stands before the colon.
    public func addBot(_ token: String, home: Int = 2) {
        let id = Int64(token.prefix { $0 != ":" }) ?? 1
        state.withLock { $0.bots[token] = (id, home) }
    }

    @discardableResult
    public func addFile(
        _ content: FakeContent, name: String = "file.bin", mimeType: String = "application/octet-stream",
        duration: Int32 = 1, type: Int = 5, in dataCentre: Int
    ) -> FakeFile {
        state.withLock { state in
            let id = Int64(5_100_000_000_000_000_000) + Int64(state.files.count * 7919)
            var file = FakeFile(
                id: id, dataCentre: dataCentre, content: content, name: name, mimeType: mimeType, duration: duration)
            file.type = type
            state.files[id] = file
            return file
        }
    }

    public func file(_ id: Int64) -> FakeFile? { state.withLock { $0.files[id] } }
    public func change(_ id: Int64, _ body: (inout FakeFile) -> Void) {
        state.withLock { if var file = $0.files[id] { body(&file); $0.files[id] = file } }
    }

    /// Puts a file into a message; nil deletes the message.
    public func setMessage(_ message: Int32, in chat: Int64, file: Int64?) {
        state.withLock { $0.messages[MessagePlace(chat: Self.box(chat), message: message)] = file }
    }

    public func setMembers(_ bots: Set<Int64>?, of chat: Int64) { state.withLock { $0.members[chat] = bots } }

    /// Private chats and basic groups share one box of messages.
    static func box(_ chat: Int64) -> Int64 { ChatID.channel(chat) == nil ? 0 : chat }

    public func add(_ fault: DCFault) { state.withLock { $0.plan.faults.append(fault) } }
    public func clearFaults() { state.withLock { $0.plan.faults = [] } }
    public func setShape(_ shape: LinkShape) { state.withLock { $0.shape = shape } }
    /// Sets the data centres' clock so many seconds ahead.
    public func setSkew(_ seconds: Double) { state.withLock { $0.skew = seconds } }
    public func setLie(_ lie: ServerHandshake.Lie?, retries: Int = 0) {
        state.withLock {
            $0.lie = lie
            $0.retries = retries
        }
    }
    /// The next imports of an authorization fail.
    public func refuseImports(_ count: Int) { state.withLock { $0.badImports = count } }
    public func changeSalts() { state.withLock { state in for key in state.salts.keys { state.salts[key]? += 1 } } }
    public func forgetKeys() { state.withLock { $0.keys = [:] } }
    public func forgetAuthorizations() {
        state.withLock { state in
            for (number, keys) in state.keys { state.keys[number] = keys.mapValues { KnownKey(key: $0.key, bot: nil) } }
        }
    }

    /// How often something happened: `getFile`, `handshake`, `connection`, `importBotAuthorization`, …
    public func count(_ name: String) -> Int { state.withLock { $0.counts[name] ?? 0 } }
    public var counts: [String: Int] { state.withLock { $0.counts } }
    public func resetCounts() { state.withLock { $0.counts = [:] } }
    func note(_ name: String) { state.withLock { $0.counts[name, default: 0] += 1 } }
}
