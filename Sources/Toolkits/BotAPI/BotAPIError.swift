internal import HTTPClient

/// Why a call of the Bot API failed. Holds neither the URL nor the token.
public struct BotAPIError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// 401 or 404 for the bot itself: the token is wrong or was revoked.
        case unauthorized
        /// 403: the user blocked the bot, or it was removed from the chat.
        case forbidden
        /// The chat is gone or was never known.
        case noChat
        /// The edit would change nothing: as good as done.
        case notModified
        /// The message to edit, delete or answer is gone.
        case noMessage
        /// 429; see `retryAfter`.
        case tooManyRequests
        /// 409: somebody else polls with this token, or a webhook is set.
        case conflict
        /// The file is over the limit of this Bot API server.
        case fileTooBig
        /// The file is gone, or its id belongs to another bot.
        case noFile
        /// A button was answered too late.
        case staleQuery
        /// Another refusal of the request.
        case refused
        /// 5xx.
        case server
        /// No answer; nothing can have arrived there.
        case unreachable
        /// The connection broke after the request was on its way: it may have been done.
        case uncertain
        /// The answer is not the Bot API's.
        case malformed
    }

    public let code: Code
    /// A sentence for people.
    public let description: String
    /// Seconds to wait, with `tooManyRequests`.
    public let retryAfter: Int?
    /// The chat's new id, when a group became a supergroup.
    public let movedTo: Int64?

    public init(_ code: Code, _ description: String, retryAfter: Int? = nil, movedTo: Int64? = nil) {
        self.code = code
        self.description = description
        self.retryAfter = retryAfter
        self.movedTo = movedTo
    }

    /// Worth another try, as nothing was done.
    public var isPassing: Bool { code == .server || code == .unreachable || code == .tooManyRequests }
}

extension BotAPIError {
    init(status: Int, _ description: String, _ parameters: ResponseParameters?) {
        let text = description.lowercased()
        let code: Code =
            switch status {
            case 401, 404: .unauthorized
            case 403: .forbidden
            case 409: .conflict
            case 429: .tooManyRequests
            case 500...: .server
            default: Self.refusal(text)
            }
        // The server's words are for logs; a wrong one may hold anything, so it is cut.
        self.init(
            code, "Telegram refused: \(description.prefix(200))", retryAfter: parameters?.retryAfter,
            movedTo: parameters?.migrateToChatId)
    }

    private static func refusal(_ text: String) -> Code {
        if text.contains("message is not modified") { return .notModified }
        if text.contains("chat not found") || text.contains("upgraded to a supergroup") { return .noChat }
        if text.contains("message to edit not found") || text.contains("message can't be edited")
            || text.contains("message to delete not found") || text.contains("message can't be deleted")
            || text.contains("message_id_invalid") || text.contains("message to be replied not found")
        {
            return .noMessage
        }
        if text.contains("file is too big") { return .fileTooBig }
        if text.contains("file_id") || text.contains("file is temporarily unavailable")
            || text.contains("file_reference")
        {
            return .noFile
        }
        if text.contains("query is too old") || text.contains("query_id_invalid") { return .staleQuery }
        return .refused
    }

    init(_ error: HTTPClientError) {
        let isSent = !error.beforeSending
        self.init(
            isSent ? .uncertain : .unreachable,
            "Telegram cannot be reached: \(error.message)")
    }
}

struct ResponseParameters: Decodable, Sendable {
    var retryAfter: Int?
    var migrateToChatId: Int64?
}
