import EventLoops
import Glibc
import HTTPClient
import HTTPTypes

/// Fetches one URL with the HTTP client and tells what came, for servers and proxies of other makers. Never shipped.
///
///     http-fetch [--proxy URL] [--ca FILE] [--version 1|2|2-prior] [--upload BYTES] URL
///
/// Prints status, version-independent figures of the body and the error's kind; ends with 1 after an error.
@main
struct HTTPFetch {
    static func main() throws {
        try MainThread.run(blocking: []) { try await fetch(Array(CommandLine.arguments.dropFirst())) }
    }

    private static func fetch(_ arguments: [String]) async throws {
        var configuration = HTTPClientConfiguration()
        var request = HTTPClientRequest(.get, arguments.last ?? "")
        var rest = arguments.dropLast()[...]
        while let option = rest.popFirst(), let value = rest.popFirst() {
            switch option {
            case "--proxy": configuration.proxy = value
            case "--ca": configuration.trustedCertificatesFile = value
            case "--version": request.version = value == "1" ? .http1 : value == "2" ? .automatic : .http2PriorKnowledge
            case "--upload": upload(Int(value) ?? 0, with: &request)
            default:
                print("unknown option \(option)")
                exit(2)
            }
        }
        let loop = try EventLoop(name: "fetch")
        let client = try HTTPClient(on: loop, configuration: configuration)
        let code = await run(request, client)
        await client.shutDown()
        await loop.shutDown()
        exit(code)
    }

    /// A body whose length is not said beforehand.
    private static func upload(_ count: Int, with request: inout HTTPClientRequest) {
        request.method = .post
        request.body = .stream { writer in
            let block = [UInt8](repeating: 0x61, count: 65536)
            var left = count
            while left > 0 {
                try await writer.write(Array(block[..<min(left, block.count)]))
                left -= min(left, block.count)
            }
        }
    }

    private static func run(_ request: HTTPClientRequest, _ client: HTTPClient) async -> CInt {
        do {
            let response = try await client.execute(request)
            var count = 0
            var sum: UInt32 = 0
            for try await chunk in response.body {
                count += chunk.count
                for byte in chunk { sum = sum &* 31 &+ UInt32(byte) }
            }
            print("status=\(response.status.code) bytes=\(count) sum=\(sum)")
            return 0
        } catch let error as HTTPClientError {
            print("error=\(error.code)")
        } catch {
            print("error=\(error)")
        }
        return 1
    }
}
