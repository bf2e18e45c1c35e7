/// Names one page of one content.
public struct PageName: Sendable, Hashable {
    /// `file_unique_id`.
    public var file: String
    /// Part of the name: who lies about a size gets nobody else's pages.
    public var size: Int64
    public var page: Int64

    public init(file: String, size: Int64, page: Int64) {
        self.file = file
        self.size = size
        self.page = page
    }
}

/// Pages in memory, bounded in bytes.
///
/// What was used once lies in one line, what was used again in another, and a line gives up its oldest first. So one
/// long reading from beginning to end pushes out only what was itself used once.
struct PageCache: Sendable {
    private struct Entry {
        var bytes: [UInt8]
        /// Somebody took it: not read ahead only.
        var wasUsed: Bool
        var isProtected = false
        var older: PageName?
        var newer: PageName?
    }

    private struct Line {
        var oldest: PageName?
        var newest: PageName?
        var bytes = 0
    }

    /// Bytes.
    private(set) var capacity: Int
    private var entries: [PageName: Entry] = [:]
    private var once = Line()
    private var again = Line()

    /// - Parameter capacity: bytes.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Keeps no more than this from now on.
    mutating func limit(to capacity: Int) {
        self.capacity = capacity
        makeRoom(for: 0)
    }

    private mutating func makeRoom(for count: Int) {
        while bytes + count > capacity, let oldest = once.oldest ?? again.oldest { remove(oldest) }
    }

    /// For what was used again.
    private var protectedCapacity: Int { capacity / 4 * 3 }

    var bytes: Int { once.bytes + again.bytes }
    var count: Int { entries.count }

    func contains(_ name: PageName) -> Bool { entries[name] != nil }

    func look(_ name: PageName) -> [UInt8]? { entries[name]?.bytes }

    /// A page for somebody who needs it now. The first use of one that was read ahead is not yet "again".
    mutating func use(_ name: PageName) -> [UInt8]? {
        guard let entry = entries[name] else { return nil }
        entries[name]?.wasUsed = true
        unlink(name)
        link(name, isProtected: entry.wasUsed)
        while again.bytes > protectedCapacity, let oldest = again.oldest {
            unlink(oldest)
            link(oldest, isProtected: false)
        }
        return entry.bytes
    }

    /// - Parameter isUsed: somebody is waiting for it, and gets it beside this.
    mutating func insert(_ name: PageName, _ bytes: [UInt8], isUsed: Bool) {
        guard entries[name] == nil, bytes.count <= capacity else { return }
        makeRoom(for: bytes.count)
        entries[name] = Entry(bytes: bytes, wasUsed: isUsed)
        link(name, isProtected: false)
    }

    mutating func remove(_ name: PageName) {
        guard entries[name] != nil else { return }
        unlink(name)
        entries[name] = nil
    }

    /// Moves to the newest end of a line, from none.
    private mutating func link(_ name: PageName, isProtected: Bool) {
        guard var entry = entries[name] else { return }
        var line = isProtected ? again : once
        entry.isProtected = isProtected
        entry.older = line.newest
        entry.newer = nil
        if let newest = line.newest { entries[newest]?.newer = name }
        line.newest = name
        if line.oldest == nil { line.oldest = name }
        line.bytes += entry.bytes.count
        entries[name] = entry
        if isProtected { again = line } else { once = line }
    }

    private mutating func unlink(_ name: PageName) {
        guard let entry = entries[name] else { return }
        var line = entry.isProtected ? again : once
        if let older = entry.older { entries[older]?.newer = entry.newer } else { line.oldest = entry.newer }
        if let newer = entry.newer { entries[newer]?.older = entry.older } else { line.newest = entry.older }
        line.bytes -= entry.bytes.count
        if entry.isProtected { again = line } else { once = line }
    }
}
