/// A bot's token. It is part of every URL, so it never appears in a description, an error or a log.
public struct BotToken: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let text: String
    /// The bot's own id: what stands before the colon.
    public let bot: Int64

    /// `123456:letters`, as @BotFather gives it; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let bot = Int64(parts[0]), bot > 0, (10...128).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || byte == 0x2d || byte == 0x5f
            })
        else { return nil }
        self.text = text
        self.bot = bot
    }

    public var description: String { "(secret)" }
    public var debugDescription: String { "(secret)" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
