internal import FoundationEssentials
public import HTTPClient
internal import HTTPTypes
internal import Multipart

/// Calls of the Bot API over one HTTP client.
public struct BotClient: Sendable {
    /// Telegram's own server.
    public static let telegram = "https://api.telegram.org"
    /// Bytes of an answer; a batch of 100 updates stays far below.
    private static let longestAnswer = 16 << 20

    let http: HTTPClient
    let token: BotToken
    /// Without a slash at its end.
    let base: String
    /// `TELEGRAM_API_BASE` names a server of the operator's own.
    public let isSelfHosted: Bool

    public var bot: Int64 { token.bot }

    public init(_ http: HTTPClient, token: BotToken, base: String = BotClient.telegram) {
        self.http = http
        self.token = token
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        isSelfHosted = self.base != Self.telegram
    }

    static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return encoder
    }

    static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private struct Answer<Result: Decodable>: Decodable {
        let ok: Bool
        let result: Result?
        let errorCode: Int?
        let description: String?
        let parameters: ResponseParameters?
    }

    /// One call with its parameters as JSON.
    func call<Result: Decodable>(
        _ method: String, _ parameters: some Encodable, timeout: Duration = .seconds(30)
    ) async throws -> Result {
        let body = try Self.encoder().encode(parameters)
        return try await send(
            method, fields: [.contentType: "application/json"], body: .bytes([UInt8](body)), timeout)
    }

    /// One call with files.
    func upload<Result: Decodable>(_ method: String, _ form: MultipartForm) async throws -> Result {
        try await send(method, fields: [.contentType: form.contentType], body: form.body, .seconds(120))
    }

    private func send<Result: Decodable>(
        _ method: String, fields: HTTPFields, body: OutgoingBody, _ timeout: Duration
    ) async throws -> Result {
        var request = HTTPClientRequest(.post, "\(base)/bot\(token.text)/\(method)", fields: fields, body: body)
        request.timeouts.total = timeout
        do {
            let response = try await http.execute(request)
            let bytes = try await response.body.collect(upTo: Self.longestAnswer)
            return try Self.result(of: bytes, status: response.status.code)
        } catch let error as HTTPClientError {
            throw BotAPIError(error)
        } catch is BodyTooLargeError {
            throw BotAPIError(.malformed, "Telegram's answer is larger than any answer should be.")
        }
    }

    private static func result<Result: Decodable>(of bytes: [UInt8], status: Int) throws(BotAPIError) -> Result {
        guard let answer = try? decoder().decode(Answer<Result>.self, from: Data(bytes)) else {
            if status >= 500 { throw BotAPIError(.server, "Telegram answered with status \(status).") }
            throw BotAPIError(
                .malformed, "The answer with status \(status) is not the Bot API's: check TELEGRAM_API_BASE.")
        }
        if let result = answer.result, answer.ok { return result }
        throw BotAPIError(
            status: answer.errorCode ?? status, answer.description ?? "no reason given", answer.parameters)
    }
}

/// For methods without parameters.
struct Nothing: Encodable {}
