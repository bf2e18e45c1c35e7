public import HTTPClient
internal import HTTPTypes

/// Downloads by HTTP: redirects are followed, a stalled connection is given up, certificates are checked.
public struct HTTPByteSource: ByteSource {
    private let client: HTTPClient

    public init(_ client: HTTPClient) {
        self.client = client
    }

    public func open(_ url: String, from offset: Int64, validator: String?) async throws -> ByteAnswer {
        // A compressed answer would have other bytes at the same offset.
        var request = HTTPClientRequest(.get, url, fields: ["Accept-Encoding": "identity"])
        if offset > 0 {
            request.fields["Range"] = "bytes=\(offset)-"
            request.fields["If-Range"] = validator
        }
        // A model of a gigabyte may take an hour: not the whole, but standing still is bounded.
        request.timeouts.total = nil
        request.timeouts.minimumRate = HTTPClientRequest.MinimumRate(bytesPerSecond: 1_024, over: .seconds(30))
        request.redirects = .follow
        let response = try await Self.translatingFaults { try await client.execute(request) }
        let body = Body(response.body.makeAsyncIterator())
        let tag = response.fields["ETag"]
        return ByteAnswer(
            status: response.status.code, contentRange: response.fields["Content-Range"],
            contentLength: response.body.length, validator: tag?.hasPrefix("\"") == true ? tag : nil,
            retryAfter: response.fields["Retry-After"].flatMap { Int($0) },
            next: { try await Self.translatingFaults { try await body.next() } })
    }

    /// The iterator of a body, for the one reader that takes its pieces one after the other.
    private actor Body {
        private var iterator: IncomingBody.AsyncIterator

        init(_ iterator: IncomingBody.AsyncIterator) { self.iterator = iterator }

        func next() async throws -> [UInt8]? {
            // Copied out and back: an actor must not lend its state across a suspension. The source inside is one object.
            var current = iterator
            let piece = try await current.next(isolation: self)
            iterator = current
            return piece
        }
    }

    private static func translatingFaults<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as HTTPClientError {
            let passing: Set<HTTPClientError.Code> = [
                .resolution, .connection, .connectTimeout, .deadline, .tooSlow, .interrupted,
            ]
            throw TransferFault(isTransient: passing.contains(error.code), reason: error.message)
        }
    }
}
