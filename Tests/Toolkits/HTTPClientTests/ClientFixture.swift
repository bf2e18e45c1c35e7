import EventLoops
import HTTPTypes

@testable import HTTPClient

/// Runs `body` with a client on a loop of its own, and ends both whatever happens.
func withClient<Value>(
    _ configuration: HTTPClientConfiguration = .init(), _ body: (HTTPClient) async throws -> Value
) async throws -> Value {
    let loop = try EventLoop(name: "client")
    let client = try HTTPClient(on: loop, configuration: configuration)
    do {
        let value = try await body(client)
        await client.shutDown()
        await loop.shutDown()
        return value
    } catch {
        await client.shutDown()
        await loop.shutDown()
        throw error
    }
}

extension HTTPClientResponse {
    func text() async throws -> String {
        String(decoding: try await body.collect(upTo: 1 << 20), as: UTF8.self)
    }
}

/// The code of the error `body` throws.
func code(_ body: () async throws -> Void) async -> HTTPClientError.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? HTTPClientError)?.code
    }
}
