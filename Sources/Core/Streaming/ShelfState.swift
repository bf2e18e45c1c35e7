/// Decides what is requested for whom, and what is kept. Knows no source and no clock.
struct ShelfState: Sendable {
    struct Viewer: Sendable {
        let file: RemoteFile
        let layout: FileLayout
        var ahead: ReadAhead
        var flights: Set<Int> = []
        /// Bytes it got when it last asked, and when it had them.
        var taken = 0
        var hadAt: Double?
        var hasAsked = false
        var lastPage: Int64?
        /// Requests made for it, and pages it found ready.
        var calls = 0
        var hits = 0
    }

    /// A request on its way, or waiting for its turn.
    struct Flight: Sendable {
        let file: RemoteFile
        let pages: Range<Int64>
        let block: Block
        let expected: Int
        var viewers: Set<Int>
        var isStarted = false
    }

    enum Action: Sendable, Equatable {
        case start(Int)
        case cancel(Int)
    }

    enum Answer: Sendable {
        case page([UInt8])
        case wait(flight: Int)
    }

    private(set) var cache: PageCache
    private(set) var viewers: [Int: Viewer] = [:]
    private(set) var flights: [Int: Flight] = [:]
    private var byPage: [PageName: Int] = [:]
    /// Not started, oldest first.
    private var queue: [Int] = []
    private(set) var bytesOnTheWay = 0
    private var requestsOnTheWay = 0
    private let mostOnTheWay: Int
    private let mostRequests: Int
    private let aheadLimit: Int64
    private let cacheBytes: Int
    private let alignment: FileLayout.Alignment
    private var lastNumber = 0

    init(_ limits: ShelfLimits) {
        cacheBytes = limits.cacheBytes
        cache = PageCache(capacity: limits.cacheBytes)
        mostOnTheWay = limits.bytesOnTheWay
        mostRequests = max(1, limits.requestsOnTheWay)
        aheadLimit = limits.readAhead
        alignment = limits.alignment
    }

    private mutating func number() -> Int {
        lastNumber += 1
        return lastNumber
    }

    static func name(_ file: RemoteFile, _ page: Int64) -> PageName {
        PageName(file: file.uniqueID, size: file.size, page: page)
    }

    // MARK: - Viewers

    mutating func open(_ file: RemoteFile) -> Int {
        let id = number()
        viewers[id] = Viewer(
            file: file, layout: FileLayout(size: file.size, alignment: alignment), ahead: ReadAhead(limit: aheadLimit))
        shareMemory()
        return id
    }

    /// Each viewer holds a page while it takes it; many of them leave less to the cache.
    private mutating func shareMemory() {
        cache.limit(to: max(cacheBytes / 4, cacheBytes - viewers.count * FileLayout.page))
    }

    /// A viewer left: what nobody else waits for is dropped.
    mutating func close(_ id: Int) -> [Action] {
        guard let viewer = viewers.removeValue(forKey: id) else { return [] }
        shareMemory()
        var actions: [Action] = []
        for flight in viewer.flights.sorted() {
            flights[flight]?.viewers.remove(id)
            guard let left = flights[flight], left.viewers.isEmpty else { continue }
            if left.isStarted { actions.append(.cancel(flight)) }
            forget(flight)
        }
        return actions + startWaiting()
    }

    // MARK: - Pages

    /// One viewer needs a page now, and will go on to `end` (a page, exclusive) if nothing changes.
    mutating func ask(_ id: Int, page: Int64, end: Int64, now: Double) -> (Answer, [Action])? {
        guard var viewer = viewers[id] else { return nil }
        if let hadAt = viewer.hadAt { viewer.ahead.took(viewer.taken, in: now - hadAt) }
        viewer.hadAt = nil
        viewer.taken = viewer.layout.bytes(ofPage: page).count
        let isRepeated = viewer.lastPage == page
        viewer.lastPage = page
        let isFirst = !viewer.hasAsked
        viewer.hasAsked = true
        viewers[id] = viewer
        let share = Int64(cache.capacity / 2 / max(1, viewers.count))
        let window = viewer.ahead.window(share: share)
        // Whoever seeks may go on seeking: at first no further than the MiB it came to.
        let most = isFirst ? FileLayout.nextMiB(after: page) : .max
        let horizon = max(page + 1, min(end, most, ReadAhead.end(after: page, window: window)))
        let name = Self.name(viewer.file, page)
        // Looking twice at where one stands is no second use.
        if let bytes = isRepeated ? cache.look(name) : cache.use(name) {
            viewers[id]?.hits += 1
            viewers[id]?.hadAt = now
            return (.page(bytes), readAhead(id, viewer, page + 1..<horizon))
        }
        var actions: [Action] = []
        if byPage[name] == nil {
            // The first one is small, to be there soon.
            let missing = run(viewer.file, from: page, to: isFirst ? page + 1 : horizon)
            // A run of one page at least is one request at least.
            actions += begin(id, viewer, viewer.layout.requests(forPages: missing)[0], isNeededNow: true)
        }
        guard let flight = byPage[name] else { return nil }
        join(id, flight)
        actions += readAhead(id, viewer, page + 1..<horizon)
        return (.wait(flight: flight), actions)
    }

    /// The pages from `start` on that are neither here nor on their way.
    private func run(_ file: RemoteFile, from start: Int64, to end: Int64) -> Range<Int64> {
        var next = start
        while next < end, isMissing(Self.name(file, next)) { next += 1 }
        return start..<next
    }

    private func isMissing(_ name: PageName) -> Bool { !cache.contains(name) && byPage[name] == nil }

    private mutating func readAhead(_ id: Int, _ viewer: Viewer, _ pages: Range<Int64>) -> [Action] {
        var actions: [Action] = []
        var page = pages.lowerBound
        while page < pages.upperBound {
            let missing = run(viewer.file, from: page, to: pages.upperBound)
            for request in viewer.layout.requests(forPages: missing) {
                actions += begin(id, viewer, request, isNeededNow: false)
            }
            if missing.isEmpty, let flight = byPage[Self.name(viewer.file, page)] { join(id, flight) }
            page = max(missing.upperBound, page + 1)
        }
        return actions
    }

    /// A viewer that waited has its page.
    mutating func had(_ id: Int, at now: Double) { viewers[id]?.hadAt = now }

    private mutating func join(_ id: Int, _ flight: Int) {
        flights[flight]?.viewers.insert(id)
        viewers[id]?.flights.insert(flight)
    }

    // MARK: - Requests

    private mutating func begin(
        _ id: Int, _ viewer: Viewer, _ pages: Range<Int64>, isNeededNow: Bool
    ) -> [Action] {
        let block = viewer.layout.block(forPages: pages)
        let hasRoom = hasRoom(for: block)
        // What is only wished for does not stand in line before what somebody needs.
        if !isNeededNow, !hasRoom || !queue.isEmpty { return [] }
        let flight = number()
        flights[flight] = Flight(
            file: viewer.file, pages: pages, block: block, expected: viewer.layout.expected(block), viewers: [id])
        viewers[id]?.flights.insert(flight)
        viewers[id]?.calls += 1
        for page in pages { byPage[Self.name(viewer.file, page)] = flight }
        guard hasRoom else {
            queue.append(flight)
            return []
        }
        start(flight)
        return [.start(flight)]
    }

    /// One request is always allowed, however large.
    private func hasRoom(for block: Block) -> Bool {
        requestsOnTheWay == 0
            || (requestsOnTheWay < mostRequests && bytesOnTheWay + block.count <= mostOnTheWay)
    }

    private mutating func start(_ flight: Int) {
        requestsOnTheWay += 1
        flights[flight]?.isStarted = true
        bytesOnTheWay += flights[flight]?.block.count ?? 0
    }

    private mutating func startWaiting() -> [Action] {
        var actions: [Action] = []
        while let next = queue.first, let flight = flights[next], hasRoom(for: flight.block) {
            queue.removeFirst()
            start(next)
            actions.append(.start(next))
        }
        return actions
    }

    private mutating func forget(_ id: Int) {
        guard let flight = flights.removeValue(forKey: id) else { return }
        for viewer in flight.viewers { viewers[viewer]?.flights.remove(id) }
        for page in flight.pages { byPage[Self.name(flight.file, page)] = nil }
        if flight.isStarted {
            bytesOnTheWay -= flight.block.count
            requestsOnTheWay -= 1
        } else {
            queue.removeAll { $0 == id }
        }
    }

    /// A request was answered: its pages, cut, and what may start now. `nil` for one that was dropped meanwhile.
    /// - Parameter isAwaited: whether somebody waits for a page right now.
    mutating func arrived(
        _ id: Int, _ bytes: [UInt8], isAwaited: (Int64) -> Bool
    ) -> (pages: [Int64: [UInt8]], actions: [Action])? {
        guard let flight = flights[id] else { return nil }
        var pages: [Int64: [UInt8]] = [:]
        for page in flight.pages {
            let start = Int((page - flight.pages.lowerBound) * Int64(FileLayout.page))
            let part = Array(bytes[min(start, bytes.count)..<min(start + FileLayout.page, flight.expected)])
            pages[page] = part
            cache.insert(Self.name(flight.file, page), part, isUsed: isAwaited(page))
        }
        forget(id)
        return (pages, startWaiting())
    }

    mutating func failed(_ id: Int) -> [Action] {
        forget(id)
        return startWaiting()
    }
}
