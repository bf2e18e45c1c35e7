/// What one bot keeps for ever: to log in anew at every start is what Telegram answers with long pauses.
public struct AccountKeys: Sendable, Hashable, Codable {
    public struct Entry: Sendable, Hashable, Codable {
        /// 256 bytes.
        public var key: [UInt8]
        public var salt: Int64
        public var clockOffset: Double
        /// Somebody is logged in with it.
        public var isAuthorized: Bool

        public init(key: [UInt8], salt: Int64, clockOffset: Double, isAuthorized: Bool) {
            self.key = key
            self.salt = salt
            self.clockOffset = clockOffset
            self.isAuthorized = isAuthorized
        }
    }

    public struct Address: Sendable, Hashable, Codable {
        /// As text.
        public var host: String
        public var port: UInt16
        /// Serves files and nothing else.
        public var isMediaOnly: Bool

        public init(host: String, port: UInt16, isMediaOnly: Bool = false) {
            self.host = host
            self.port = port
            self.isMediaOnly = isMediaOnly
        }
    }

    /// The data centre of the account.
    public var home: Int
    public var entries: [Int: Entry] = [:]
    public var addresses: [Int: [Address]] = [:]

    public init(home: Int) { self.home = home }
}

/// The port to a place where keys are safe. Each bot has its own, by number.
public protocol AccountKeyStore: Sendable {
    func load(_ bot: Int64) async throws -> AccountKeys?
    func save(_ keys: AccountKeys, of bot: Int64) async throws
}
