/// One conversation with a data centre under an agreed key: numbers messages, acknowledges, wraps, unpacks, and asks again
/// what has to be asked again (https://core.telegram.org/mtproto/service_messages). A value without sockets or clock: the
/// owner brings packets and the time, and sends what `packets` gives.
public struct Session: Sendable {
    /// A question of the owner.
    public struct RequestID: Hashable, Sendable {
        let number: Int
    }

    public enum Event: Sendable {
        /// The value of the answer.
        case answered(RequestID, TLReader)
        case failed(RequestID, RPCError)
        /// To be kept with the key.
        case newSalt(Int64)
        /// The server's clock less ours, in seconds.
        case newClock(Double)
    }

    struct Request: Sendable {
        var id: RequestID
        var body: [UInt8]
        /// Calls of the interface may need the introduction before them; service messages must not have it.
        var isCall: Bool
        /// First, and last.
        var askedAt = 0.0
        var sentAt = 0.0
        var tries = 0
        /// Answers to requests that were sent later.
        var overtaken = 0
    }

    /// Bytes of the largest message that is unpacked.
    static let largestMessage = 4 << 20
    static let mostMessagesInContainer = 1024
    /// Seconds without a byte after which a question is asked again.
    public static let patience = 15.0
    /// Seconds between signs of life.
    public static let pingInterval = 60.0
    /// How often one question is asked before the connection is given up.
    static let mostTries = 6

    let packets: PacketCipher
    let random: RandomBytes
    /// What introduces us, to be put before the first calls.
    let introduction: [UInt8]
    var salt: Int64
    var clock: MessageClock
    var id: Int64
    var formerIDs: Set<Int64> = []
    var sequence: Int32 = 0
    var isIntroduced = false
    var outbox: [Request] = []
    /// By the number of the message.
    var sent: [Int64: Request] = [:]
    /// What lies in containers, by theirs.
    var containers: [Int64: [Int64]] = [:]
    var received = ReceivedIDs()
    var acknowledgements: [Int64] = []
    var firstUnacknowledged: Double?
    var lastHeard: Double
    var lastPing: Double
    var lastRequest = 0
    var renewals = 0

    /// - Parameters:
    ///   - introduction: bytes that wrap a call in `invokeWithLayer` and `initConnection`; empty for none.
    ///   - now: seconds since 1970 on our clock.
    public init(
        _ agreement: KeyAgreement, introduction: [UInt8], cipher: any Cipher, random: @escaping RandomBytes, now: Double
    ) {
        packets = PacketCipher(agreement.key, side: .client, cipher: cipher)
        self.random = random
        self.introduction = introduction
        salt = agreement.salt
        clock = MessageClock(offset: agreement.clockOffset)
        id = Self.number(random)
        lastHeard = now
        lastPing = now
    }

    static func number(_ random: RandomBytes) -> Int64 { random(8).reduce(0) { $0 << 8 | Int64($1) } }

    // MARK: - Asking

    /// Takes a question; `packets` sends it.
    public mutating func ask(_ body: [UInt8], isCall: Bool = true) -> RequestID {
        lastRequest += 1
        let request = Request(id: RequestID(number: lastRequest), body: body, isCall: isCall)
        outbox.append(request)
        return request.id
    }

    /// Questions without an answer.
    public var openRequests: Int { sent.values.count { $0.id.number > 0 } + outbox.count { $0.id.number > 0 } }

    /// Forgets a question and asks the server to do the same (`rpc_drop_answer`).
    public mutating func cancel(_ id: RequestID) {
        outbox.removeAll { $0.id == id }
        guard let (message, _) = sent.first(where: { $0.value.id == id }) else { return }
        sent[message] = nil
        var writer = TLWriter(TL.rpcDropAnswer)
        writer.long(message)
        outbox.append(Request(id: RequestID(number: 0), body: writer.bytes, isCall: false))
    }

    /// What is to be sent now.
    public mutating func packets(now: Double) -> [[UInt8]] {
        var result: [[UInt8]] = []
        while !outbox.isEmpty || acknowledgementsAreDue(now) { result.append(nextPacket(now)) }
        return result
    }

    private func acknowledgementsAreDue(_ now: Double) -> Bool {
        acknowledgements.count > 16 || firstUnacknowledged.map { now - $0 >= 30 } ?? false
    }

    /// As many messages as fit well into one container, or the only one without it.
    private mutating func nextPacket(_ now: Double) -> [UInt8] {
        var inner: [(id: Int64, sequence: Int32, body: [UInt8])] = []
        if !acknowledgements.isEmpty {
            var writer = TLWriter(TL.msgsAck)
            writer.longs(Array(acknowledgements.prefix(8192)))
            acknowledgements.removeFirst(min(8192, acknowledgements.count))
            firstUnacknowledged = acknowledgements.isEmpty ? nil : now
            inner.append((clock.next(now), sequenceNumber(isContent: false), writer.bytes))
        }
        var size = 0
        while let request = outbox.first, inner.count < 100, size < 32 << 10 {
            outbox.removeFirst()
            let message = prepare(request, now)
            size += message.body.count
            inner.append(message)
        }
        guard inner.count > 1 else { return seal(inner[0]) }
        var writer = TLWriter(TL.msgContainer)
        writer.int(Int32(inner.count))
        for message in inner {
            writer.long(message.id)
            writer.int(message.sequence)
            writer.int(Int32(message.body.count))
            writer.raw(message.body)
        }
        let id = clock.next(now)
        containers[id] = inner.map(\.id)
        if containers.count > 64, let oldest = containers.keys.min() { containers[oldest] = nil }
        return seal((id, sequenceNumber(isContent: false), writer.bytes))
    }

    private mutating func prepare(_ request: Request, _ now: Double) -> (id: Int64, sequence: Int32, body: [UInt8]) {
        let message = clock.next(now)
        let body = request.isCall && !isIntroduced ? introduction + request.body : request.body
        // A question without a number is one whose answer does not matter; its loss needs no repetition.
        if request.id.number > 0 {
            var request = request
            if request.tries == 0 { request.askedAt = now }
            request.sentAt = now
            request.tries += 1
            sent[message] = request
        }
        return (message, sequenceNumber(isContent: request.isCall || request.id.number > 0), body)
    }

    private mutating func sequenceNumber(isContent: Bool) -> Int32 {
        defer { if isContent { sequence += 1 } }
        return sequence * 2 + (isContent ? 1 : 0)
    }

    private func seal(_ message: (id: Int64, sequence: Int32, body: [UInt8])) -> [UInt8] {
        let header = MessageHeader(salt: salt, session: id, id: message.id, sequence: message.sequence)
        return packets.seal(header, message.body, random)
    }

    // MARK: - Time

    /// Bytes came, even if no packet is whole yet.
    public mutating func heard(now: Double) { lastHeard = now }

    /// To be called every second or so: asks again what nobody answered, and shows that we are there.
    public mutating func tick(now: Double) throws(SessionBreak) {
        if now - lastPing >= Self.pingInterval {
            lastPing = now
            var writer = TLWriter(TL.pingDelayDisconnect)
            writer.long(Self.number(random))
            writer.int(75)
            outbox.append(Request(id: RequestID(number: 0), body: writer.bytes, isCall: false))
        }
        let waiting = (sent.values.map(\.askedAt) + (lastPing > lastHeard ? [lastPing] : [])).min()
        if let waiting, now - max(waiting, lastHeard) > 2 * Self.patience { throw .silent }
        for (message, request) in sent where isOverdue(request, now) {
            sent[message] = nil
            try repeatRequest(request)
        }
    }

    private func isOverdue(_ request: Request, _ now: Double) -> Bool {
        let age = now - request.sentAt
        return age > Self.patience && (now - lastHeard > Self.patience || request.overtaken >= 8)
    }

    mutating func repeatRequest(_ request: Request) throws(SessionBreak) {
        guard request.tries < Self.mostTries else { throw .confused }
        var request = request
        request.overtaken = 0
        outbox.append(request)
    }

    /// Another session under the same key, for when the server's idea of this one differs: everything is asked again.
    mutating func renew() throws(SessionBreak) {
        renewals += 1
        guard renewals <= Self.mostTries else { throw .confused }
        formerIDs.insert(id)
        id = Self.number(random)
        sequence = 0
        isIntroduced = false
        clock.restart()
        acknowledgements = []
        firstUnacknowledged = nil
        containers = [:]
        let waiting = sent.sorted { $0.key < $1.key }.map(\.value)
        sent = [:]
        for request in waiting { try repeatRequest(request) }
    }
}

/// Why a connection is of no use any more. What was asked on it may be asked on another.
public enum SessionBreak: Error, Hashable, Sendable {
    /// A packet that is forged, damaged or not for us.
    case badPacket(PacketError)
    case wrongSession
    /// An even number, or one of another time.
    case badMessageID
    case malformed
    /// More than is unpacked, or no gzip.
    case badCompression
    /// The server says so: 404 no such key, 429 too many connections, 444 another data centre.
    case transport(Int32)
    /// Nothing was heard for too long.
    case silent
    /// Both sides cannot agree on numbers and salts.
    case confused
}
