import EventLoops
import FoundationEssentials
import HTTPClient
import HTTPTypes
import Settings

/// Asks the running server, which alone may change what it works on.
struct ServerCall {
    private struct Refusal: Decodable {
        struct Reason: Decodable { let message: String }
        let error: Reason
    }

    private let server: String
    private let key: Secret?

    /// - Parameter named: its address, when the command line gives one.
    init(_ settings: Settings, named: String?) {
        let scheme = settings.server.certificate == nil ? "http" : "https"
        server = named ?? "\(scheme)://127.0.0.1:\(settings.server.port)"
        key = settings.server.adminKeys.first
    }

    /// - Parameter json: the body.
    func ask(_ method: HTTPMethod, _ path: String, json: [UInt8]? = nil) async throws -> [UInt8] {
        let loop = try EventLoop(name: "call")
        let client = try HTTPClient(on: loop)
        do {
            let answer = try await ask(method, path, json, client)
            await client.shutDown()
            await loop.shutDown()
            return answer
        } catch {
            await client.shutDown()
            await loop.shutDown()
            throw error
        }
    }

    private func ask(
        _ method: HTTPMethod, _ path: String, _ json: [UInt8]?, _ client: HTTPClient
    ) async throws -> [UInt8] {
        var request = HTTPClientRequest(method, server + path)
        if let key { request.fields[.authorization] = "Bearer \(key.reveal())" }
        if let json {
            request.fields[.contentType] = "application/json"
            request.body = .bytes(json)
        }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request)
        } catch let error as HTTPClientError where error.code == .connection {
            throw OutputError("no server answers at \(server): start it (“stentor serve”), or name it with --server")
        }
        let body = try await response.body.collect(upTo: 16 << 20)
        guard response.status.code < 300 else {
            let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(body))
            throw OutputError(refusal?.error.message ?? "the server answered \(response.status)")
        }
        return body
    }

    /// Everything but letters, digits and a few marks as percent escapes (RFC 3986 section 2.1).
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            if isPlain || [0x2d, 0x2e, 0x5f, 0x2c].contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
