import Transcription

/// Keys in the order of their last use, with their sizes and ages: decides what a cache gives up.
struct RecencyList {
    struct Limits: Sendable, Hashable {
        var entries: Int
        var bytes: Int
        /// Seconds an entry lives from its writing; using it does not prolong that.
        var lifetime: Double
    }

    private struct Node {
        var key: String
        var bytes: Int
        var expires: Double
        var older: Int?
        var newer: Int?
    }

    let limits: Limits
    private(set) var bytes = 0
    private var nodes: [Int: Node] = [:]
    private var places: [String: Int] = [:]
    private var newest: Int?
    private var oldest: Int?
    private var nextNumber = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var count: Int { nodes.count }

    /// Whether the key is there and still lives; it is the most recently used one then.
    mutating func use(_ key: String, now: Double) -> Bool {
        guard let number = places[key], let node = nodes[number], node.expires > now else { return false }
        unlink(number)
        link(number)
        return true
    }

    /// Adds or replaces a key. Returns those that have to go for it, which may be itself when it is too large.
    mutating func insert(_ key: String, bytes size: Int, now: Double, age: Double = 0) -> [String] {
        _ = remove(key)
        guard size <= limits.bytes, limits.entries > 0, age < limits.lifetime else { return [key] }
        nodes[nextNumber] = Node(key: key, bytes: size, expires: now + limits.lifetime - age)
        places[key] = nextNumber
        link(nextNumber)
        nextNumber += 1
        bytes += size
        var evicted: [String] = []
        while nodes.count > limits.entries || bytes > limits.bytes, let last = oldest, let node = nodes[last] {
            evicted.append(node.key)
            _ = remove(node.key)
        }
        return evicted
    }

    mutating func remove(_ key: String) -> Bool {
        guard let number = places.removeValue(forKey: key), let node = nodes[number] else { return false }
        unlink(number)
        nodes[number] = nil
        bytes -= node.bytes
        return true
    }

    mutating func removeAll() {
        self = RecencyList(limits: limits)
    }

    func statistics(hits: Int, misses: Int, evictions: Int) -> CacheStatistics {
        var statistics = CacheStatistics()
        (statistics.entries, statistics.bytes) = (count, bytes)
        (statistics.maximumEntries, statistics.maximumBytes) = (limits.entries, limits.bytes)
        (statistics.hits, statistics.misses, statistics.evictions) = (hits, misses, evictions)
        statistics.keys = keys(limit: Self.shownKeys)
        return statistics
    }

    private static let shownKeys = 100

    /// The most recently used first.
    func keys(limit: Int) -> [String] {
        var keys: [String] = []
        var place = newest
        while let number = place, let node = nodes[number], keys.count < limit {
            keys.append(node.key)
            place = node.older
        }
        return keys
    }

    private mutating func link(_ number: Int) {
        nodes[number]?.older = newest
        nodes[number]?.newer = nil
        if let newest { nodes[newest]?.newer = number }
        newest = number
        if oldest == nil { oldest = number }
    }

    private mutating func unlink(_ number: Int) {
        guard let node = nodes[number] else { return }
        if let older = node.older { nodes[older]?.newer = node.newer } else { oldest = node.newer }
        if let newer = node.newer { nodes[newer]?.older = node.older } else { newest = node.older }
    }
}
