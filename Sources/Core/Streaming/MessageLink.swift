/// A link to a message in Telegram (core.telegram.org/api/links).
public struct MessageLink: Sendable, Hashable {
    /// Where the message is.
    public enum Place: Sendable, Hashable, Codable {
        /// A public chat, by its name in small letters.
        case name(String)
        /// A channel or supergroup, as links count: without the Bot API's −100.
        case channel(Int64)
    }

    public var place: Place
    public var message: Int64
    /// The topic of a forum, or the thread.
    public var topic: Int64?
    /// The message alone, not the album it belongs to.
    public var isSingle: Bool
    /// A comment under the message.
    public var comment: Int64?
    /// Seconds into the medium.
    public var time: Int?

    private static let longest = 512
    private static let hosts: Set<String> = ["t.me", "telegram.me", "telegram.dog"]
    /// First parts of a path that are no names of chats.
    private static let reserved: Set<String> = [
        "joinchat", "addstickers", "addemoji", "addtheme", "addlist", "share", "proxy", "socks", "login",
        "confirmphone",
        "setlanguage", "bg", "invoice", "boost", "giftcode", "contact", "iv", "s", "m", "stars", "nft",
    ]

    public init?(_ text: String) {
        guard text.utf8.count <= Self.longest, !text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7f }) else {
            return nil
        }
        // What a browser would scroll to is no part of it.
        let whole = text.prefix { $0 != "#" }
        let question = whole.firstIndex(of: "?")
        let address = whole[..<(question ?? whole.endIndex)]
        let items = Self.items(question.map { whole[whole.index(after: $0)...] } ?? "")
        if let rest = Self.dropping("tg:", address) {
            self.init(command: rest, items)
        } else {
            self.init(address: address, items)
        }
    }

    // MARK: - tg://

    private init?(command: Substring, _ items: [String: Substring]) {
        let place: Place?
        switch command.drop(while: { $0 == "/" }).lowercased() {
        case "resolve": place = items["domain"].flatMap { Self.name($0) }
        case "privatepost": place = items["channel"].flatMap { Self.number($0) }.map { .channel($0) }
        default: return nil
        }
        guard let place, let message = items["post"].flatMap({ Self.number($0) }) else { return nil }
        self.init(place, message, topic: nil, items)
    }

    // MARK: - https://

    private init?(address: Substring, _ items: [String: Substring]) {
        let rest = Self.dropping("https://", address) ?? Self.dropping("http://", address) ?? address
        var parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        if parts.last == "" { parts.removeLast() }
        guard let host = parts.first?.lowercased() else { return nil }
        parts.removeFirst()
        let bare = host.hasPrefix("www.") ? String(host.dropFirst(4)) : host
        if !Self.hosts.contains(bare) {
            // name.t.me/12 is t.me/name/12.
            guard host.hasSuffix(".t.me") else { return nil }
            parts.insert(host.dropLast(5), at: 0)
        }
        // The preview of a public channel in a browser.
        if parts.count > 2, parts[0] == "s" { parts.removeFirst() }
        if parts.first?.lowercased() == "c" {
            guard parts.count >= 3, let channel = Self.number(parts[1]) else { return nil }
            self.init(.channel(channel), parts.dropFirst(2), items)
        } else {
            guard parts.count >= 2, let place = Self.name(parts[0]) else { return nil }
            self.init(place, parts.dropFirst(1), items)
        }
    }

    /// `message`, or `topic/message`.
    private init?(_ place: Place, _ numbers: ArraySlice<Substring>, _ items: [String: Substring]) {
        let numbers = numbers.map { Self.number($0) }
        guard (1...2).contains(numbers.count), let last = numbers[numbers.count - 1] else { return nil }
        guard let first = numbers[0] else { return nil }
        self.init(place, last, topic: numbers.count == 2 ? first : nil, items)
    }

    private init?(_ place: Place, _ message: Int64, topic: Int64?, _ items: [String: Substring]) {
        self.place = place
        self.message = message
        self.topic = topic ?? items["thread"].flatMap { Self.number($0) }
        isSingle = items["single"] != nil
        comment = items["comment"].flatMap { Self.number($0) }
        time = items["t"].flatMap { Self.seconds($0) }
    }

    // MARK: - Parts

    private static func dropping(_ prefix: String, _ text: Substring) -> Substring? {
        text.prefix(prefix.utf8.count).lowercased() == prefix ? text.dropFirst(prefix.utf8.count) : nil
    }

    private static func items(_ query: Substring) -> [String: Substring] {
        var items: [String: Substring] = [:]
        for pair in query.split(separator: "&") {
            let equals = pair.firstIndex(of: "=")
            let name = pair[..<(equals ?? pair.endIndex)].lowercased()
            if items[name] == nil { items[name] = equals.map { pair[pair.index(after: $0)...] } ?? "" }
        }
        return items
    }

    /// A positive number of at most 15 digits.
    private static func number(_ text: Substring) -> Int64? {
        guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Letters, digits and `_`, beginning with a letter (core.telegram.org/method/account.checkUsername).
    private static func name(_ text: Substring) -> Place? {
        let name = text.lowercased()
        guard (4...32).contains(name.utf8.count), let first = name.utf8.first, (0x61...0x7a).contains(first),
            name.utf8.allSatisfy({ (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }),
            !reserved.contains(name)
        else { return nil }
        return .name(name)
    }

    /// `123`, `10:23`, `1:02:03` or `1h23m10s`.
    private static func seconds(_ text: Substring) -> Int? {
        if text.contains(":") {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { number60($0) }
            guard (2...3).contains(parts.count), !parts.contains(nil) else { return nil }
            return parts.compactMap(\.self).reduce(0) { $0 * 60 + $1 }
        }
        if let plain = number60(text) { return plain }
        var sum = 0
        var rest = text
        for (unit, factor) in [("h", 3600), ("m", 60), ("s", 1)] {
            guard let end = rest.firstIndex(where: { String($0) == unit }) else { continue }
            guard let count = number60(rest[..<end]) else { return nil }
            sum += count * factor
            rest = rest[rest.index(after: end)...]
        }
        return rest.isEmpty && !text.isEmpty ? sum : nil
    }

    private static func number60(_ text: Substring) -> Int? {
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
