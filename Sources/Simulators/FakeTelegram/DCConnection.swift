import Crypto
import EventLoops
import Glibc
import MTProto
import TCP

/// One client's connection to a data centre.
// Unchecked because it is used on its loop's thread alone.
final class DCConnection: TCPStreamOwner, @unchecked Sendable {
    let dataCentre: Int
    let world: FakeDataCentres
    let random = OpenSSLCipher.random
    let cipher = OpenSSLCipher()
    private let stream: TCPStream
    private let link: PacedLink
    private var opening: [UInt8] = []
    private var reader: FrameReader?
    private var writer = FrameWriter(.intermediate)
    private var obfuscation: Obfuscation?
    private var handshake: ServerHandshake?
    /// By number; a client may keep several.
    var sessions: [Int64: ServerSession] = [:]
    var layer: Int32 = 228
    /// An answer that waits for the next one.
    var heldBack: (() -> Void)?
    var announced: [Int64: (session: Int64, key: AuthKey, body: [UInt8])] = [:]
    private var lastMessage: Int64 = 0

    init(_ stream: TCPStream, _ dataCentre: Int, _ world: FakeDataCentres, _ loop: EventLoop) {
        self.stream = stream
        self.dataCentre = dataCentre
        self.world = world
        link = PacedLink(stream, loop)
    }

    func begin() {
        world.note("connection")
        world.state.withLock { $0.connections[ObjectIdentifier(self)] = self }
        do { try stream.begin(self) } catch { close() }
    }

    func close() {
        forget()
        stream.close()
    }

    func reset() {
        forget()
        stream.reset()
    }

    private func forget() {
        link.stop()
        _ = world.state.withLock { $0.connections.removeValue(forKey: ObjectIdentifier(self)) }
    }

    // MARK: - Bytes

    func streamConnected() {}
    func streamDrained() { link.pump() }
    func streamEnded(_ error: SystemCallError?) { forget() }

    func streamReceived(_ bytes: UnsafeRawBufferPointer) {
        var bytes = Array(bytes)
        if reader == nil {
            opening += bytes
            guard let rest = detect() else { return }
            bytes = rest
        } else {
            obfuscation?.incoming.apply(&bytes, 0..<bytes.count)
        }
        var start = 0
        while true {
            do {
                let packet = try bytes.withUnsafeBytes { bytes throws(FrameError) in try reader?.next(bytes, &start) }
                guard let packet else { return }
                take(packet)
            } catch {
                return close()
            }
        }
    }

    /// Finds out how the client frames its packets; returns what follows the first bytes, or nil when it needs more.
    private func detect() -> [UInt8]? {
        guard let first = opening.first else { return nil }
        if first == 0xef { return start(.abridged, after: 1) }
        guard opening.count >= 8 else { return nil }
        switch Array(opening[0..<4]) {
        case [0xee, 0xee, 0xee, 0xee]: return start(.intermediate, after: 4)
        case [0xdd, 0xdd, 0xdd, 0xdd]: return start(.paddedIntermediate, after: 4)
        default: break
        }
        if opening[4..<8] == [0, 0, 0, 0] { return start(.full, after: 0) }
        guard opening.count >= 64 else { return nil }
        guard let obfuscation = Obfuscation.server(Array(opening[0..<64]), cipher: cipher) else {
            close()
            return nil
        }
        self.obfuscation = obfuscation
        guard var rest = start(obfuscation.format, after: 64) else { return nil }
        obfuscation.incoming.apply(&rest, 0..<rest.count)
        world.note("obfuscated")
        return rest
    }

    private func start(_ format: FrameFormat, after count: Int) -> [UInt8]? {
        reader = FrameReader(format, limit: 2 << 20)
        writer = FrameWriter(format)
        defer { opening = [] }
        return Array(opening[count...])
    }

    func send(_ packet: [UInt8], drip: Int? = nil, resetAfter: Int? = nil) {
        var bytes = writer.frame(packet, random)
        obfuscation?.outgoing.apply(&bytes, 0..<bytes.count)
        link.send(bytes, world.state.withLock { $0.shape }, drip: drip, resetAfter: resetAfter)
    }

    func sendTransportError(_ code: Int32) {
        var writer = TLWriter()
        writer.int(-code)
        send(writer.bytes)
    }

    // MARK: - Packets

    private func take(_ packet: [UInt8]) {
        guard let id = PacketCipher.keyID(packet) else { return close() }
        if id == 0 { return takePlain(packet) }
        guard let known = world.state.withLock({ $0.keys[dataCentre]?[id] }) else {
            world.note("unknownKey")
            return sendTransportError(404)
        }
        var packet = packet
        do {
            let packets = PacketCipher(known.key, side: .server, cipher: cipher)
            let (header, body) = try packets.open(&packet)
            takeSealed(header, TLReader(packet, body), known.key)
        } catch {
            world.note("forged")
            close()
        }
    }

    private func takePlain(_ packet: [UInt8]) {
        let (lie, retries, skew) = world.state.withLock { ($0.lie, $0.retries, $0.skew) }
        if handshake == nil {
            handshake = ServerHandshake(dataCentre: dataCentre, lie: lie)
            handshake?.wantedRetries = retries
        }
        guard let body = try? PlainMessage.body(packet) else { return sendTransportError(404) }
        switch handshake?.receive(body, time: Int32(Self.now() + skew)) {
        case .send(let answer): send(PlainMessage.packet(answer, id: nextMessage(isAnswer: true)))
        case .done(let answer, let key):
            world.note("handshake")
            world.note(handshake?.usesPadding == true ? "handshake.padded" : "handshake.legacy")
            world.state.withLock { $0.keys[dataCentre, default: [:]][key.id] = .init(key: key) }
            handshake = nil
            send(PlainMessage.packet(answer, id: nextMessage(isAnswer: true)))
        case .refuse, nil:
            world.note("handshake.refused")
            sendTransportError(404)
        }
    }

    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    var serverTime: Double { Self.now() + world.state.withLock { $0.skew } }

    func nextMessage(isAnswer: Bool) -> Int64 {
        let id = Int64(serverTime * 4_294_967_296) & ~3 | (isAnswer ? 1 : 3)
        lastMessage = max(id, lastMessage + 4) & ~3 | (isAnswer ? 1 : 3)
        return lastMessage
    }
}

/// What a data centre remembers of a session.
struct ServerSession {
    var sequence: Int32 = 0

    mutating func next(isContent: Bool) -> Int32 {
        defer { if isContent { sequence += 1 } }
        return sequence * 2 + (isContent ? 1 : 0)
    }
}
