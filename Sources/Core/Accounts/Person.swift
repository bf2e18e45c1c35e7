/// Somebody who uses the bot.
public struct Person: Sendable, Hashable, Codable {
    public var id: Int64
    public var name: String
    public var username: String?
    /// IETF tag of their own interface.
    public var languageCode: String?

    public init(id: Int64, name: String, username: String? = nil, languageCode: String? = nil) {
        self.id = id
        self.name = name
        self.username = username
        self.languageCode = languageCode
    }
}

/// A chat in which the bot is.
public struct Room: Sendable, Hashable, Codable {
    public var id: Int64
    /// `private`, `group`, `supergroup` or `channel`.
    public var kind: String
    public var title: String?

    public init(id: Int64, kind: String, title: String? = nil) {
        self.id = id
        self.kind = kind
        self.title = title
    }
}

/// What somebody set for themselves, or an administrator for a group.
public struct Preferences: Sendable, Hashable, Codable {
    /// `auto`, or an engine.
    public var provider: String?
    public var model: String?
    /// BCP 47 language of the speech; `nil` for detection.
    public var language: String?
    /// Language of the bot's own texts.
    public var interface: String?
    public var format: ResultForm?
    /// Of a group: every voice message is transcribed without being asked.
    public var isAutomatic: Bool?
    /// Texts say who speaks.
    public var findsSpeakers: Bool?

    public init() {}

    /// What is set here wins over what is set there.
    public func over(_ other: Preferences) -> Preferences {
        var result = self
        result.provider = provider ?? other.provider
        result.model = model ?? other.model
        result.language = language ?? other.language
        result.interface = interface ?? other.interface
        result.format = format ?? other.format
        result.isAutomatic = isAutomatic ?? other.isAutomatic
        result.findsSpeakers = findsSpeakers ?? other.findsSpeakers
        return result
    }
}

/// What an answer brings beside the text in the message.
public enum ResultForm: String, Sendable, Hashable, Codable, CaseIterable {
    /// `transcript.txt` and `transcript.srt`.
    case all
    /// Nothing, unless the text is too long for a message.
    case text
    case txt, srt, vtt
}

/// What somebody has used so far.
public struct Usage: Sendable, Hashable, Codable {
    public var files: Int
    /// Of audio.
    public var seconds: Double
    /// Of paid providers, in US dollars.
    public var cost: Double

    public init(files: Int = 0, seconds: Double = 0, cost: Double = 0) {
        self.files = files
        self.seconds = seconds
        self.cost = cost
    }

    public mutating func add(_ other: Usage) {
        files += other.files
        seconds += other.seconds
        cost += other.cost
    }
}
