internal import FoundationEssentials
internal import Scheduling

/// What goes over the wire at once: a node's news in their order.
struct NewsMessage: Codable, Sendable, Hashable {
    /// More than any honest message.
    static let mostBytes = 1 << 20

    var from: String
    /// Rises by one with each message of a node: what is missing shows, and what comes twice.
    var number: Int
    var news: [News]

    /// `nil` for one that is too long.
    func encoded() -> [UInt8]? {
        guard let bytes = try? Coding.json(self), bytes.count <= Self.mostBytes else { return nil }
        return bytes
    }

    init(from: String, number: Int, news: [News]) {
        self.from = from
        self.number = number
        self.news = news
    }

    /// `nil` for what is not a message.
    init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.mostBytes, let message: NewsMessage = try? Coding.value(bytes) else { return nil }
        self = message
    }
}

/// What a node has heard of the others.
struct NewsHearing {
    private static let mostNodes = 1000

    private let own: String
    private var last: [String: Int] = [:]

    init(own: String) { self.own = own }

    /// News to tell, after a gap with `.work` before them.
    mutating func hear(_ bytes: [UInt8]) -> [News] {
        guard let message = NewsMessage(bytes), message.from != own else { return [] }
        let expected = last[message.from].map { $0 + 1 }
        // Sent again because its answer was lost.
        if let expected, message.number < expected { return [] }
        if last.count >= Self.mostNodes { last = [:] }
        last[message.from] = message.number
        return expected == nil || expected == message.number ? message.news : [.work] + message.news
    }
}
