import BotAPI
import Crypto
public import HTTPRouting
public import HTTPTypes

/// The address that Telegram calls: answers 200 only once an update is kept, and knows Telegram by the word that was
/// agreed with it. Stands before everything that asks for keys.
public struct WebhookGate: Middleware {
    /// Bytes of one update.
    public static let largestUpdate = 1_000_000
    private static let secretField = HTTPFieldName("X-Telegram-Bot-Api-Secret-Token")

    private let path: String
    private let digest: [UInt8]
    private let bot: TelegramBot

    /// - Throws: `CryptoError`.
    public init(path: String, secret: String, _ bot: TelegramBot) throws {
        self.path = path
        self.bot = bot
        digest = try SHA256.digest(of: Array(secret.utf8)).bytes
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        guard request.path == path else { return try await next.respond(to: request) }
        guard request.method == .post else {
            throw HTTPError(.methodNotAllowed, "Telegram sends updates here with POST.", fields: [.allow: "POST"])
        }
        guard try isTelegram(request) else {
            throw HTTPError(.unauthorized, "This address is for Telegram only.")
        }
        if let length = request.body.length, length > Self.largestUpdate {
            throw HTTPError(HTTPStatus(413), "An update is never that large.")
        }
        let bytes: [UInt8]
        do {
            bytes = try await request.body.collect(upTo: Self.largestUpdate)
        } catch is BodyTooLargeError {
            throw HTTPError(HTTPStatus(413), "An update is never that large.")
        }
        guard let update = Update.parse(bytes) else { throw HTTPError(.badRequest, "This is not an update.") }
        do {
            try await bot.receive([update])
        } catch {
            // Not kept: it has to come again.
            throw HTTPError(HTTPStatus(503), "The update cannot be kept now.", fields: [.retryAfter: "5"])
        }
        return HTTPResponse(.ok)
    }

    /// Digests have one length, so comparing them tells nothing about the word.
    private func isTelegram(_ request: HTTPRequest) throws -> Bool {
        let shown = request.fields.values(of: Self.secretField)
        guard shown.count == 1 else { return false }
        return ConstantTime.equal(try SHA256.digest(of: Array(shown[0].utf8)).bytes, digest)
    }
}
