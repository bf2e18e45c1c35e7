/// A refusal by the server (https://core.telegram.org/api/errors).
public struct RPCError: Error, Hashable, Sendable {
    public var code: Int32
    /// Such as `FLOOD_WAIT_30`.
    public var text: String

    public init(code: Int32, text: String) {
        self.code = code
        self.text = text
    }

    /// What is to be done about it.
    public enum Kind: Hashable, Sendable {
        /// Ask again after so many seconds.
        case wait(Int)
        /// The account lives in this data centre.
        case accountMoved(Int)
        /// The file lies in this data centre.
        case fileMoved(Int)
        case expiredReference
        /// The location means nothing to this account.
        case badLocation
        /// Offset or count break the rules: a mistake of ours.
        case badAlignment
        /// What another data centre gave to log in with does not count here.
        case badExport
        /// The data centre asked is the one asked for.
        case sameDataCentre
        case notInitialised
        /// No member, or no such chat.
        case noChat
        /// The operator's account of the interface is wrong.
        case badCredentials
        /// The key is good, but nobody is logged in with it here.
        case notAuthorized
        /// The key is worth nothing any more.
        case deadKey
        /// The server has trouble; ask again a little later.
        case passing
        case other
    }

    public var kind: Kind {
        if code == 420 || text.hasPrefix("FLOOD_") { return .wait(number ?? 1) }
        if code == 303 {
            return number.map { text.hasPrefix("FILE_") ? .fileMoved($0) : .accountMoved($0) } ?? .other
        }
        if code == 500 || code < 0 { return .passing }
        if text.hasPrefix("FILE_REFERENCE_") { return .expiredReference }
        return Self.kinds[text] ?? (code == 401 ? .deadKey : .other)
    }

    private static let kinds: [String: Kind] = [
        "LOCATION_INVALID": .badLocation, "FILE_ID_INVALID": .badLocation,
        "OFFSET_INVALID": .badAlignment, "LIMIT_INVALID": .badAlignment,
        "AUTH_BYTES_INVALID": .badExport, "DC_ID_INVALID": .sameDataCentre,
        "CONNECTION_NOT_INITED": .notInitialised, "CONNECTION_LAYER_INVALID": .notInitialised,
        "CHANNEL_INVALID": .noChat, "CHANNEL_PRIVATE": .noChat, "PEER_ID_INVALID": .noChat,
        "ACCESS_TOKEN_INVALID": .badCredentials, "ACCESS_TOKEN_EXPIRED": .badCredentials,
        "API_ID_INVALID": .badCredentials, "API_ID_PUBLISHED_FLOOD": .badCredentials,
        "AUTH_KEY_UNREGISTERED": .notAuthorized, "AUTH_KEY_DUPLICATED": .deadKey,
    ]

    /// The number in its text, as in `FLOOD_WAIT_30`.
    private var number: Int? {
        text.split(separator: "_").lazy.compactMap { Int($0) }.first.map { min(max($0, 0), 1 << 30) }
    }
}
