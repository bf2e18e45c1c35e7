import FoundationEssentials

/// A file in Telegram as the address of a job's media: everything that is needed to read it in blocks.
public enum StreamAddress {
    public static let scheme = "telegram-blocks:"
    private static let longest = 4096

    /// - Parameter bot: whose file id it is; another bot can do nothing with it.
    public static func text(_ file: RemoteFile, bot: Int64) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers only: encoding cannot fail.
        let body = (try? encoder.encode(file)) ?? Data()
        return "\(scheme)\(bot)/\(Base64URL.encode(body))"
    }

    /// `nil` for what is no such address.
    public static func file(_ text: String) -> (bot: Int64, file: RemoteFile)? {
        guard text.hasPrefix(scheme), text.utf8.count <= longest else { return nil }
        let parts = text.dropFirst(scheme.count).split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let bot = Int64(parts[0]), let body = Base64URL.decode(parts[1]),
            let file = try? JSONDecoder().decode(RemoteFile.self, from: Data(body))
        else { return nil }
        return (bot, file)
    }
}
