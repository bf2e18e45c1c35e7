import Accounts
import BotAPI
import FoundationEssentials
import Jobs
import Streaming

/// A message on its way out, as the store keeps it.
enum Content: Sendable, Hashable, Codable {
    case text(Destination, String, InlineKeyboard?)
    case edit(chat: Int64, message: Int64, String, InlineKeyboard?)
    /// A transcript as a file.
    case file(Destination, JobID, format: String)
    /// A file's addresses; it is published when this is sent.
    case links(Destination, LinkRecord, interface: String)
    /// A batch that begins when this is sent.
    case batch(LinkBatch)
    /// The files of a batch as a list.
    case list(Destination, LinkID, LinkBatch.Form, interface: String)
    /// Names of speakers, given when this is sent; the answer is written anew.
    case names(Destination, JobID, [String: String], interface: String)

    var chat: Int64 {
        switch self {
        case .text(let destination, _, _), .file(let destination, _, _), .links(let destination, _, _),
            .list(let destination, _, _, _), .names(let destination, _, _, _):
            destination.chat
        case .edit(let chat, _, _, _): chat
        case .batch(let batch): batch.chat
        }
    }

    /// Strings and whole numbers only: encoding cannot fail.
    var change: AccountChange {
        .message(OutgoingMessage(body: [UInt8]((try? JSONEncoder().encode(self)) ?? Data())))
    }

    init?(_ message: OutgoingMessage) {
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(message.body)) else { return nil }
        self = content
    }
}
