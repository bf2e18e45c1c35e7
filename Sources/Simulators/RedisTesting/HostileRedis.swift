public import EventLoops
internal import IPAddresses
internal import TCP

/// Something that listens where a Redis is expected and answers each piece of a request with the next of its answers.
public actor HostileRedis {
    public enum Answer: Sendable, Hashable {
        case bytes([UInt8])
        /// These, and then the end of the connection.
        case bytesAndEnd([UInt8])
        /// The same bytes over and over until the client leaves, so many times at most.
        case flood([UInt8], times: Int)
        case nothing

        public static func text(_ text: String) -> Answer { .bytes(Array(text.utf8)) }
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private nonisolated let loop: EventLoop
    private let answers: [Answer]
    private var listener: TCPListener?
    private var visitors: [ObjectIdentifier: Visitor] = [:]
    /// Pieces of requests that came.
    public private(set) var asked = 0

    /// Each connection gets the answers from the first on; after the last nothing.
    public init(_ answers: [Answer], on loop: EventLoop) {
        self.answers = answers
        self.loop = loop
    }

    public func start() throws -> UInt16 {
        guard let loopback = IPAddress("127.0.0.1") else { preconditionFailure("an address") }
        let listener = try TCPListener(loopback, port: 0, on: loop) { [weak self] stream in
            self?.assumeIsolated { $0.accept(stream) }
        }
        self.listener = listener
        return listener.port
    }

    public func stop() {
        for visitor in visitors.values { visitor.stream?.reset() }
        visitors = [:]
        listener?.close()
        listener = nil
    }

    private func accept(_ stream: TCPStream) {
        let visitor = Visitor(self, answers, stream)
        visitors[ObjectIdentifier(visitor)] = visitor
        do { try stream.begin(visitor) } catch { stream.reset() }
    }

    fileprivate func wasAsked() { asked += 1 }

    fileprivate func left(_ visitor: Visitor) { visitors[ObjectIdentifier(visitor)] = nil }
}

// On the loop only.
private final class Visitor: TCPStreamOwner, @unchecked Sendable {
    private let host: HostileRedis
    private var answers: ArraySlice<HostileRedis.Answer>
    private var flood: (bytes: [UInt8], left: Int)?
    var stream: TCPStream?

    init(_ host: HostileRedis, _ answers: [HostileRedis.Answer], _ stream: TCPStream) {
        self.host = host
        self.answers = answers[...]
        self.stream = stream
    }

    func streamConnected() {}

    func streamDrained() { pour() }

    func streamReceived(_ bytes: UnsafeRawBufferPointer) {
        host.assumeIsolated { $0.wasAsked() }
        switch answers.popFirst() {
        case .bytes(let bytes): stream?.write(bytes)
        case .bytesAndEnd(let bytes):
            stream?.write(bytes)
            stream?.close()
            streamEnded(nil)
        case .flood(let bytes, let times):
            flood = (bytes, times)
            pour()
        case .nothing, nil: break
        }
    }

    func streamEnded(_ error: SystemCallError?) {
        stream = nil
        host.assumeIsolated { $0.left(self) }
    }

    private func pour() {
        while let (bytes, left) = flood, left > 0, let stream, stream.unsent == 0 {
            flood = (bytes, left - 1)
            stream.write(bytes)
        }
    }
}
