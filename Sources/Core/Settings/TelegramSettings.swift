/// The Telegram bot: off without a token.
public struct TelegramSettings: Sendable, Hashable {
    /// `TELEGRAM_BOT_TOKEN`, or the first of `TELEGRAM_BOT_TOKENS`.
    public var token: Secret?
    /// All of both: the first one talks, the others help it to read files.
    public var tokens: [Secret]
    /// `TELEGRAM_API_ID` and `TELEGRAM_API_HASH`, from https://my.telegram.org: files over 20 MB, by Telegram's own
    /// protocol.
    public var apiID: Int?
    public var apiHash: Secret?
    /// `STENTOR_TELEGRAM_DCS`: data centres other than Telegram's own, as `2=127.0.0.1:7002,4=…`.
    public var dataCentres: [DataCentre]
    /// `STENTOR_TELEGRAM_RSA_KEYS`: a PEM file with the public keys of those.
    public var dataCentreKeys: String?
    /// `TELEGRAM_API_BASE`: a self-hosted Bot API server; `nil` is Telegram's own.
    public var base: String?
    /// `TELEGRAM_ADMINS`: ids; empty means nobody.
    public var admins: Set<Int64>
    /// `TELEGRAM_ALLOWED_USERS` and `TELEGRAM_ALLOWED_CHATS`: ids; empty means everybody.
    public var allowedUsers: Set<Int64>
    public var allowedChats: Set<Int64>
    /// `TELEGRAM_DEFAULT_LANGUAGE`: of the interface, where the user's is unknown.
    public var language: String
    /// `WEBHOOK_URL`: set means webhook, unset polling.
    public var webhookURL: String?
    /// `WEBHOOK_PATH`.
    public var webhookPath: String
    /// `WEBHOOK_PORT`: a listener of its own; `nil` uses the server's.
    public var webhookPort: Int?
    /// `WEBHOOK_SECRET`; `nil` makes one at every start.
    public var webhookSecret: Secret?

    public struct DataCentre: Sendable, Hashable {
        public var number: Int
        /// An IP address.
        public var host: String
        public var port: UInt16
    }

    private enum Interface: String, CaseIterable { case en, id, pt }

    init(_ reader: inout SettingsReader) {
        let words = [reader.text("TELEGRAM_BOT_TOKEN")].compactMap(\.self) + reader.words("TELEGRAM_BOT_TOKENS")
        tokens = words.enumerated().filter { !words[..<$0.offset].contains($0.element) }.map { Secret($0.element) }
        token = tokens.first
        apiID = reader.integer("TELEGRAM_API_ID", in: 1...Int(Int32.max))
        apiHash = reader.text("TELEGRAM_API_HASH").map(Secret.init)
        if (apiID == nil) != (apiHash == nil) {
            reader.complain("TELEGRAM_API_ID and TELEGRAM_API_HASH are needed together")
        }
        dataCentres = Self.dataCentres(&reader)
        dataCentreKeys = reader.text("STENTOR_TELEGRAM_RSA_KEYS")
        if dataCentres.isEmpty != (dataCentreKeys == nil) {
            reader.complain("STENTOR_TELEGRAM_DCS and STENTOR_TELEGRAM_RSA_KEYS are needed together")
        }
        base = reader.webAddress("TELEGRAM_API_BASE")
        admins = Self.ids("TELEGRAM_ADMINS", &reader)
        allowedUsers = Self.ids("TELEGRAM_ALLOWED_USERS", &reader)
        allowedChats = Self.ids("TELEGRAM_ALLOWED_CHATS", &reader)
        language = reader.choice("TELEGRAM_DEFAULT_LANGUAGE", Interface.self)?.rawValue ?? "en"
        webhookURL = reader.webAddress("WEBHOOK_URL")
        webhookPath = reader.text("WEBHOOK_PATH") ?? "/webhook"
        if !webhookPath.hasPrefix("/") || webhookPath.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) {
            reader.complain("WEBHOOK_PATH must begin with / and be plain ASCII")
        }
        webhookPort = reader.integer("WEBHOOK_PORT", in: 0...65535)
        webhookSecret = reader.text("WEBHOOK_SECRET").map(Secret.init)
        if let secret = webhookSecret?.reveal(), !Self.isSecretToken(secret) {
            reader.complain("WEBHOOK_SECRET must be 1 to 256 letters, digits, _ and -")
        }
    }

    /// What Telegram takes as `secret_token` (https://core.telegram.org/bots/api#setwebhook).
    private static func isSecretToken(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count)
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }

    private static func dataCentres(_ reader: inout SettingsReader) -> [DataCentre] {
        let words = reader.words("STENTOR_TELEGRAM_DCS")
        let centres = words.compactMap { word -> DataCentre? in
            let parts = word.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let number = Int(parts[0]), (1...9999).contains(number),
                let colon = parts[1].lastIndex(of: ":"), let port = UInt16(parts[1][colon...].dropFirst()), port > 0
            else { return nil }
            return DataCentre(number: number, host: String(parts[1][..<colon]), port: port)
        }
        if centres.count != words.count {
            reader.complain("STENTOR_TELEGRAM_DCS wants data centres such as 2=127.0.0.1:7002 between commas")
        }
        return centres
    }

    private static func ids(_ name: String, _ reader: inout SettingsReader) -> Set<Int64> {
        let words = reader.words(name)
        let ids = words.compactMap { Int64($0) }
        if ids.count != words.count { reader.complain("\(name) must be whole numbers between commas") }
        return Set(ids)
    }
}
