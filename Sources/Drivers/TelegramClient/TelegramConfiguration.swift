public import MTProto

/// Who we are to Telegram, and where it is.
public struct TelegramConfiguration: Sendable {
    /// From https://my.telegram.org, of whoever runs this.
    public var apiID: Int32
    public var apiHash: String
    /// Of bots; the first is the one that talks, the others help it to read.
    public var tokens: [String]
    /// The servers' public keys.
    public var keys: [RSAPublicKey]
    /// Where data centres are; what a server says is used for those not named here.
    public var addresses: [Int: [AccountKeys.Address]]
    /// Named in the settings, so nobody else's word counts.
    public var hasFixedAddresses: Bool
    /// Shown to the bot's owner in Telegram's list of devices.
    public var version: String
    /// Connections to one data centre for one bot.
    public var mostConnections = 4
    /// Questions on one connection before another is opened.
    public var perConnection = 4
    /// Seconds a reader waits when Telegram asks for a pause.
    public var longestPause = 30
    /// Seconds without success after which a data centre counts as unreachable.
    public var patience = 60.0
    /// Makes connections look like noise.
    public var isObfuscated = false

    public init(
        apiID: Int32, apiHash: String, tokens: [String], keys: [RSAPublicKey] = TelegramKeys.all,
        addresses: [Int: [AccountKeys.Address]]? = nil, version: String
    ) {
        self.apiID = apiID
        self.apiHash = apiHash
        self.tokens = tokens
        self.keys = keys
        self.addresses = addresses ?? Self.telegram
        hasFixedAddresses = addresses != nil
        self.version = version
    }

    /// Telegram's own data centres (TDLib, td/telegram/net/ConnectionCreator.cpp).
    public static let telegram: [Int: [AccountKeys.Address]] = [
        1: "149.154.175.50", 2: "149.154.167.51", 3: "149.154.175.100", 4: "149.154.167.91", 5: "149.154.171.5",
    ].mapValues { [AccountKeys.Address(host: $0, port: 443)] }

    var introduction: [UInt8] {
        Introduction(apiID: apiID, deviceModel: "Server", systemVersion: "Linux", applicationVersion: version).bytes
    }
}
