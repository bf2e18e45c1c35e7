import Crypto
import EventLoops
import Glibc
import IPAddresses
import MTProto
import TCP

/// One connection to a data centre with its session, on one loop.
actor Connection: TCPStreamOwner {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Bytes of the largest packet: a block of a MiB and what is around it.
    private static let largestPacket = (1 << 20) + (16 << 10)
    /// Bytes the kernel collects in the middle of a large packet.
    private static let collected = 128 << 10
    private static let stepPatience = Duration.seconds(15)
    /// Seconds.
    private static let surplusIdle = 30.0
    private static let lastIdle = 1800.0

    private nonisolated let loop: EventLoop
    private let dataCentre: Int
    private let cipher = OpenSSLCipher()
    /// Called on the loop when it is over, once.
    private let onClose: @Sendable () -> Void
    private let onEvent: @Sendable (Session.Event) -> Void
    private var stream: TCPStream?
    private var reader = FrameReader(.intermediate, limit: Connection.largestPacket)
    private var writer = FrameWriter(.intermediate)
    private var obfuscation: Obfuscation?
    private var session: Session?
    private var clock = PlainClock()
    private var connecting: CheckedContinuation<Bool, Never>?
    private var plain: CheckedContinuation<[UInt8]?, Never>?
    private var waiting: [Session.RequestID: CheckedContinuation<Result<TLReader, CallFailure>, Never>] = [:]
    private var loss: Loss?
    var hasEnded: Bool { loss != nil }
    private var timer: LoopTimer?
    private var lastUse = Connection.now()
    private var lastBytes = 0.0
    /// Others could do its work.
    private var isSurplus = false

    init(
        _ dataCentre: Int, on loop: EventLoop, onClose: @escaping @Sendable () -> Void,
        onEvent: @escaping @Sendable (Session.Event) -> Void
    ) {
        self.dataCentre = dataCentre
        self.loop = loop
        self.onClose = onClose
        self.onEvent = onEvent
    }

    /// Seconds since 1970.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    // MARK: - Beginning

    func connect(to address: AccountKeys.Address, isObfuscated: Bool) async throws(Loss) {
        guard let host = IPAddress(address.host) else { throw .network }
        do {
            stream = try TCPStream.connect(to: host, port: address.port, on: loop, owner: self)
        } catch {
            throw .network
        }
        let limit = loop.schedule(after: .seconds(10)) { [weak self] in self?.assumeIsolated { $0.end(.timeout) } }
        let isConnected = await withCheckedContinuation { connecting = $0 }
        loop.cancel(limit)
        guard isConnected, stream != nil else { throw loss ?? .network }
        guard isObfuscated else {
            stream?.write(FrameFormat.intermediate.opening)
            return
        }
        let (opening, hidden) = Obfuscation.client(
            .intermediate, dataCentre: Int16(clamping: dataCentre), cipher: cipher, random: OpenSSLCipher.random)
        obfuscation = hidden
        stream?.write(opening)
    }

    /// Agrees on a new key.
    func agree(_ keys: [RSAPublicKey]) async throws(Loss) -> KeyAgreement {
        var handshake = ClientHandshake(
            dataCentre: Int32(dataCentre), keys: keys, cipher: cipher, random: OpenSSLCipher.random)
        var action = handshake.start()
        while true {
            switch action {
            case .done(let agreement): return agreement
            case .send(let body):
                let packet = try await exchange(PlainMessage.packet(body, id: clock.next(Self.now())))
                if let code = Session.transportError(packet) { throw .session(.transport(code)) }
                do {
                    let answer = try PlainMessage.body(packet)
                    (handshake, action) = try await Self.step(handshake, answer)
                } catch let error as HandshakeError {
                    throw .handshake(error)
                } catch {
                    throw .handshake(.malformed)
                }
            }
        }
    }

    /// Milliseconds of arithmetic, which must not hold up the loop.
    @concurrent private static func step(
        _ handshake: ClientHandshake, _ answer: TLReader
    ) async throws(HandshakeError) -> (ClientHandshake, ClientHandshake.Action) {
        var handshake = handshake
        let action = try handshake.receive(answer, now: now())
        return (handshake, action)
    }

    private func exchange(_ packet: [UInt8]) async throws(Loss) -> [UInt8] {
        guard stream != nil else { throw loss ?? .closed }
        send(packet)
        let limit = loop.schedule(after: Self.stepPatience) { [weak self] in self?.assumeIsolated { $0.end(.timeout) } }
        let answer = await withCheckedContinuation { plain = $0 }
        loop.cancel(limit)
        guard let answer else { throw loss ?? .closed }
        return answer
    }

    /// Goes on under an agreed key.
    func begin(_ agreement: KeyAgreement, introduction: [UInt8]) {
        session = Session(
            agreement, introduction: introduction, cipher: cipher, random: OpenSSLCipher.random, now: Self.now())
        scheduleTick()
    }

    // MARK: - Asking

    /// Asks and waits. Cancelling the task lets the server forget the question.
    func call(_ body: [UInt8]) async -> Result<TLReader, CallFailure> {
        guard stream != nil, let id = session?.ask(body) else { return .failure(.lost(loss ?? .closed)) }
        lastUse = Self.now()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiting[id] = continuation
                flush()
            }
        } onCancel: {
            // Nobody waits for it: the continuation it resumes is what its caller waits for.
            Task { await self.cancel(id) }
        }
    }

    private func cancel(_ id: Session.RequestID) {
        guard let continuation = waiting.removeValue(forKey: id) else { return }
        session?.cancel(id)
        flush()
        continuation.resume(returning: .failure(.cancelled))
    }

    func setSurplus(_ isSurplus: Bool) { self.isSurplus = isSurplus }

    private func flush() {
        guard stream != nil, let packets = session?.packets(now: Self.now()) else { return }
        for packet in packets { send(packet) }
    }

    private func send(_ packet: [UInt8]) {
        var bytes = writer.frame(packet, OpenSSLCipher.random)
        obfuscation?.outgoing.apply(&bytes, 0..<bytes.count)
        stream?.write(bytes)
    }

    private func scheduleTick() {
        timer = loop.schedule(after: .seconds(1)) { [weak self] in self?.assumeIsolated { $0.tick() } }
    }

    private func tick() {
        guard stream != nil else { return }
        let now = Self.now()
        if waiting.isEmpty, now - lastUse > (isSurplus ? Self.surplusIdle : Self.lastIdle) { return end(.closed) }
        // A slow connection is to be heard all the same.
        if now - lastBytes > 2 { stream?.setLowWater(1) }
        do { try session?.tick(now: now) } catch { return end(.session(error)) }
        flush()
        scheduleTick()
    }

    // MARK: - Events of the stream

    nonisolated func streamConnected() {
        assumeIsolated { connection in
            connection.connecting?.resume(returning: true)
            connection.connecting = nil
        }
    }

    nonisolated func streamDrained() {}

    nonisolated func streamEnded(_ error: SystemCallError?) {
        assumeIsolated { $0.end(.network) }
    }

    nonisolated func streamReceived(_ bytes: UnsafeRawBufferPointer) {
        // Both run on the loop's thread within this call.
        nonisolated(unsafe) let bytes = bytes
        assumeIsolated { $0.receive(bytes) }
    }

    private func receive(_ bytes: UnsafeRawBufferPointer) {
        lastBytes = Self.now()
        session?.heard(now: lastBytes)
        defer { stream?.setLowWater(reader.missing > 2 * Self.collected ? Self.collected : 1) }
        guard let obfuscation else { return take(bytes) }
        var plain = Array(bytes)
        obfuscation.incoming.apply(&plain, 0..<plain.count)
        plain.withUnsafeBytes { take($0) }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        do {
            while stream != nil, var packet = try reader.next(bytes, &start) { take(&packet) }
        } catch {
            end(.frame)
        }
    }

    private func take(_ packet: inout [UInt8]) {
        if let waiting = plain {
            plain = nil
            return waiting.resume(returning: packet)
        }
        guard session != nil else { return }
        let now = Self.now()
        lastUse = waiting.isEmpty ? lastUse : now
        do {
            for event in try session?.receive(&packet, now: now) ?? [] { handle(event) }
            flush()
        } catch {
            end(.session(error))
        }
    }

    private func handle(_ event: Session.Event) {
        switch event {
        case .answered(let id, let answer): waiting.removeValue(forKey: id)?.resume(returning: .success(answer))
        case .failed(let id, let error):
            waiting.removeValue(forKey: id)?.resume(returning: .failure(.refused(error)))
        case .newSalt, .newClock: onEvent(event)
        }
    }

    // MARK: - End

    func close() { end(.closed) }

    private func end(_ reason: Loss) {
        guard loss == nil else { return }
        loss = reason
        stream?.close()
        stream = nil
        if let timer { loop.cancel(timer) }
        connecting?.resume(returning: false)
        connecting = nil
        plain?.resume(returning: nil)
        plain = nil
        let open = waiting.values
        waiting = [:]
        for continuation in open { continuation.resume(returning: .failure(.lost(reason))) }
        onClose()
    }
}

/// Numbers of messages in the clear.
struct PlainClock {
    private var last: Int64 = 0

    mutating func next(_ now: Double) -> Int64 {
        last = max(Int64(now * 4_294_967_296) & ~3, last + 4)
        return last
    }
}

extension Connection {
    var isOpen: Bool { !hasEnded }
}
