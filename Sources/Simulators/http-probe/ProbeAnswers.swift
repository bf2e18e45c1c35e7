import HTTPRanges
import HTTPRouting
import HTTPTypes
import IPAddresses
import Multipart

/// The endpoints of the comparison.
enum ProbeAnswers {
    static func application() -> Application {
        var router = Router()
        let hello = Array("{\"message\":\"hello, you\"}\n".utf8)
        router.get("/hello") { _, _ in
            HTTPResponse(.ok, fields: [.contentType: "application/json"], body: .bytes(hello))
        }
        router.post("/upload") { request, _ in .text(try await sha256(request.body)) }
        router.put("/upload") { request, _ in .text(try await sha256(request.body)) }
        router.post("/form") { request, _ in try await form(request) }
        router.get("/blob") { request, _ in
            let size = Int64(request.queryItems["size"] ?? "") ?? 1 << 20
            return Representation(
                PatternSource(length: size, makesChunks: request.queryItems["fresh"] != nil),
                contentType: "application/octet-stream",
                eTag: EntityTag("pattern-\(size)")
            ).response(to: request)
        }
        router.get("/chunks") { request, _ in
            let size = Int64(request.queryItems["size"] ?? "") ?? 1 << 20
            return HTTPResponse(.ok, body: .stream { try await PatternSource(length: size).write(nil, to: $0) })
        }
        router.get("/events") { _, _ in
            .events { writer in
                for number in 0..<100 { try await writer.send(.init("\(number)", event: "tick", id: "\(number)")) }
            }
        }
        router.get("/address") { request, _ in
            .text("\(request.remoteAddress.map(\.description) ?? "-") \(request.scheme) \(request.authority)")
        }
        router.get("/ws") { request, _ in try webSocket(request) }
        let proxies = ForwardedHeaders(proxies: [], trustsUnixSockets: true)
        return Application(middleware: [proxies], router: router)
    }

    /// The digest of a body as it arrives: the next chunks come in while one is hashed.
    private static func sha256(_ body: IncomingBody) async throws -> String {
        let digest = Digest()
        for try await chunk in body { await digest.update(chunk) }
        return await digest.finish() + "\n"
    }

    /// One line for each part: name, file name, size, digest.
    private static func form(_ request: HTTPRequest) async throws -> HTTPResponse {
        let reader = try MultipartReader(request)
        var lines = ""
        while let part = try await reader.nextPart() {
            let digest = Digest()
            var size = 0
            for try await chunk in part.body {
                size += chunk.count
                await digest.update(chunk)
            }
            lines += "\(part.name) \(part.fileName ?? "-") \(size) \(await digest.finish())\n"
        }
        return .text(lines)
    }

    /// Echoes; "count N" is answered by N progress messages, "close" by a close with 4000.
    private static func webSocket(_ request: HTTPRequest) throws -> HTTPResponse {
        try .webSocket(
            request, subprotocol: "probe",
            WebSocketUpgrade { channel in
                while let message = try await channel.receive() {
                    guard case .text(let text) = message else {
                        try await channel.send(message)
                        continue
                    }
                    if text == "close" {
                        await channel.close(code: 4000, reason: "as asked")
                    } else if text.hasPrefix("count "), let count = Int(text.dropFirst(6)) {
                        for number in 0..<count { try await channel.send(.text("{\"progress\":\(number)}")) }
                    } else {
                        try await channel.send(message)
                    }
                }
            })
    }
}

/// A file that need not exist: byte `n` is `n % 65536 % 251`, so that misplaced bytes show.
struct PatternSource: ByteSource {
    let length: Int64
    /// Whether every chunk is made anew, as by a source that reads a file or a socket; else all share one, as in the
    /// generators of the Python servers it is compared with.
    var makesChunks = false
    var size: Int64? { length }

    private static let chunk = (0..<65536).map { UInt8($0 % 251) }

    func write(_ range: Range<Int64>?, to writer: any BodyWriter) async throws {
        let range = range ?? 0..<length
        var position = range.lowerBound
        while position < range.upperBound {
            let start = Int(position % 65536)
            let count = Int(min(Int64(65536 - start), range.upperBound - position))
            let isWhole = count == 65536 && !makesChunks
            try await writer.write(isWhole ? Self.chunk : Self.copy(start..<start + count))
            position += Int64(count)
        }
    }

    /// Copied by hand: an `Array` of a slice that is a whole array would share its memory.
    private static func copy(_ range: Range<Int>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            count = range.count
            chunk[range].withUnsafeBytes { UnsafeMutableRawBufferPointer(buffer).copyMemory(from: $0) }
        }
    }
}
