public import EventLoops
internal import HTTPTypes

/// An HTTP client on an event loop: libcurl's multi interface behind async calls.
///
/// Bodies stream both ways with backpressure, and cancelling a task ends its call within a turn of the loop.
/// Connections are kept and shared by all calls of one client. Safe to use from anywhere.
public final class HTTPClient: Sendable {
    private let configuration: HTTPClientConfiguration
    private let multi: CurlMulti

    /// A client whose transfers run on `loop`, which must outlive it.
    ///
    /// - Throws: `HTTPClientError` when libcurl cannot be set up.
    public init(on loop: EventLoop, configuration: HTTPClientConfiguration = .init()) throws(HTTPClientError) {
        self.configuration = configuration
        multi = try CurlMulti(on: loop, configuration: configuration)
    }

    /// Ends every call with an error and refuses new ones.
    public func shutDown() async {
        await multi.shutDown()
    }

    /// Sends `request` and returns when the head of the response is there; its body follows as it is read.
    ///
    /// Every status is a response, 4xx and 5xx too. Redirects and retries happen as the request's policies say.
    ///
    /// - Throws: `HTTPClientError`, or `CancellationError` when the calling task is cancelled.
    public func execute(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        var request = request
        let deadline = request.timeouts.total.map { MonotonicTime.now() + $0 }
        var url = try URLReference(request.url)
        request.url = url.text
        var redirectCount = 0
        while true {
            let (head, transfer) = try await attempt(request, deadline: deadline)
            guard request.redirects.limit > 0,
                let location = Redirect.location(of: head)
            else {
                return response(head, transfer, url: url, redirectCount: redirectCount)
            }
            // Its body is of no use, and reading it could take for ever.
            await transfer.abandon()
            redirectCount += 1
            if redirectCount > request.redirects.limit {
                throw HTTPClientError(.tooManyRedirects, "the server redirects more than \(redirectCount - 1) times")
            }
            url = try Redirect.apply(location, status: head.status, from: url, to: &request)
        }
    }

    /// One hop, with retries where they are safe.
    private func attempt(_ request: HTTPClientRequest, deadline: MonotonicTime?) async throws
        -> (Transfer.Head, Transfer)
    {
        var delay = request.retries.firstDelay
        var left = request.retries.limit
        while true {
            let remaining = deadline.map { $0 - .now() }
            if let remaining, remaining <= .zero {
                throw HTTPClientError(.deadline, "the call did not end before its deadline")
            }
            let transfer = Transfer(multi: multi, request: request, configuration: configuration)
            do {
                return (try await transfer.start(request, configuration, timeout: remaining), transfer)
            } catch let error as HTTPClientError {
                guard left > 0, error.maySendAgain(request) else { throw error }
                left -= 1
                try await Task.sleep(for: min(delay, remaining ?? delay))
                delay *= 2
            }
        }
    }

    private func response(
        _ head: Transfer.Head, _ transfer: Transfer, url: URLReference, redirectCount: Int
    ) -> HTTPClientResponse {
        let length = head.fields[.contentLength].flatMap { Int64($0) }
        return HTTPClientResponse(
            status: head.status, fields: head.fields,
            body: IncomingBody(length: length, source: TransferBody(transfer)), url: url.text,
            redirectCount: redirectCount)
    }
}

extension HTTPClientError {
    /// Whether a request that failed so may be sent once more.
    fileprivate func maySendAgain(_ request: HTTPClientRequest) -> Bool {
        let lasting: Set<Code> = [.invalidRequest, .refusedAddress, .security, .shutDown, .producer]
        if lasting.contains(code) { return false }
        if beforeSending { return true }
        return code == .interrupted && request.method.isIdempotent && request.body.isReplayable
    }
}
