internal import EventLoops
internal import HTTPParsing
internal import HTTPTypes

/// One request and its response on a connection. Confined to the connection's actor.
final class Exchange {
    /// Tells an exchange from the one after it: what a finished handler still says must not touch the next request.
    let number: UInt64
    let begun: MonotonicTime
    let method: HTTPMethod
    let path: String
    let isHTTP11: Bool
    let expectsContinue: Bool
    /// Whether the client wants to go on using the connection.
    let keepsAlive: Bool
    var request: HTTPRequest?
    var task: Task<Void, Never>?
    var handlerStarted = false

    // The request's body.
    var decoder: BodyDecoder
    private var pending: [[UInt8]] = []
    private(set) var pendingCount = 0
    private(set) var received: Int64 = 0
    var failure: HTTPError?
    var continueSent = false
    var reader: CheckedContinuation<Void, Never>?

    // The response.
    var framing = ResponseHeadEncoder.BodyFraming.none
    var headSent = false
    var closes = false
    /// A head that waits for the first bytes of its body, to go out with them.
    var heldHead: [UInt8] = []
    var written: Int64 = 0

    init(number: UInt64, head: RequestHead, begun: MonotonicTime) {
        self.number = number
        self.begun = begun
        method = head.method
        path = head.path
        isHTTP11 = head.version == .http11
        keepsAlive = head.keepsAlive
        expectsContinue = head.expectsContinue
        decoder = BodyDecoder(head.framing)
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        pending.append(Array(bytes))
        pendingCount += bytes.count
        received += Int64(bytes.count)
    }

    func takeChunk() -> [UInt8]? {
        guard !pending.isEmpty else { return nil }
        let chunk = pending.removeFirst()
        pendingCount -= chunk.count
        return chunk
    }

    /// Whether a reader of the body would find nothing to do.
    var mustWait: Bool { pending.isEmpty && failure == nil && !decoder.isEnded }

    func wakeReader() {
        reader?.resume()
        reader = nil
    }

    /// The connection is gone: the handler is told by cancellation, whoever waits is woken.
    func end() {
        task?.cancel()
        if failure == nil { failure = Exchange.gone }
        wakeReader()
    }

    static let gone = HTTPError(.badRequest, "the client has gone")
}
