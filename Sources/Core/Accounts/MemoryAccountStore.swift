public import Jobs

/// What the bot remembers, in memory: for tests, and as the plainest form of the port's rules.
public actor MemoryAccountStore: AccountStore {
    private struct Update {
        var body: [UInt8]
        var isPending: Bool
        var at: Double
    }

    private var updates: [Int64: Update] = [:]
    private var people: [Int64: Person] = [:]
    private var rooms: [Int64: Room] = [:]
    private var preferences: [Int64: Preferences] = [:]
    private var usage: [Int64: Usage] = [:]
    private var requests: [JobID: MediaRequest] = [:]
    private var order: [JobID] = []
    private var messages: [Int64: [UInt8]] = [:]
    private var lastMessage: Int64 = 0
    private var aliases: [FileAlias: (key: String, at: Double)] = [:]

    public init() {}

    public func receive(_ new: [StoredUpdate], at wall: Double) -> Int {
        var count = 0
        for update in new where updates[update.id] == nil {
            updates[update.id] = Update(body: update.body, isPending: true, at: wall)
            count += 1
        }
        return count
    }

    public func pendingUpdates(limit: Int) -> [StoredUpdate] {
        updates.filter(\.value.isPending).sorted { $0.key < $1.key }.prefix(limit).map {
            StoredUpdate(id: $0.key, body: $0.value.body)
        }
    }

    public func lastUpdate() -> (id: Int64, at: Double)? {
        updates.max { $0.key < $1.key }.map { ($0.key, $0.value.at) }
    }

    public func settle(_ update: Int64, _ changes: [AccountChange]) -> Bool {
        guard updates[update]?.isPending == true else { return false }
        updates[update]?.isPending = false
        apply(changes)
        return true
    }

    public func apply(_ changes: [AccountChange]) {
        for change in changes { apply(change) }
    }

    private func apply(_ change: AccountChange) {
        switch change {
        case .person(let person, _): people[person.id] = person
        case .room(let room): rooms[room.id] = room
        case .preferences(let id, let value): preferences[id] = value
        case .request(let request):
            if requests.updateValue(request, forKey: request.job) == nil { order.append(request.job) }
        case .mark(let job, let mark):
            guard var request = requests[job] else { return }
            mark.apply(to: &request)
            requests[job] = request
        case .message(let message):
            lastMessage += 1
            messages[lastMessage] = message.body
        case .sent(let id): messages[id] = nil
        case .usage(let id, let more): usage[id, default: Usage()].add(more)
        case .alias(let alias, let key, let at): aliases[alias] = (key, at)
        case .forgetAlias(let key): aliases = aliases.filter { $0.value.key != key }
        }
    }

    public func change(
        _ job: JobID, surviving harm: Harm, _ change: @escaping @Sendable (inout MediaRequest) -> Void
    ) -> MediaRequest? {
        guard var request = requests[job] else { return nil }
        change(&request)
        requests[job] = request
        return request
    }

    public func profile(person: Int64, chat: Int64) -> Profile {
        Profile(
            own: preferences[person] ?? Preferences(),
            chat: chat == person ? Preferences() : preferences[chat] ?? Preferences(), usage: usage[person] ?? Usage())
    }

    public func request(_ job: JobID) -> MediaRequest? { requests[job] }

    public func request(chat: Int64, status: Int64) -> MediaRequest? {
        requests.values.first { $0.chat == chat && $0.status == status }
    }

    private var inOrder: [MediaRequest] { order.compactMap { requests[$0] } }

    public func openRequests() -> [MediaRequest] { inOrder.filter { $0.stage != .done } }

    public func requests(of person: Int64, limit: Int) -> [MediaRequest] {
        Array(inOrder.reversed().filter { $0.person == person }.prefix(limit))
    }

    public func album(_ name: String, chat: Int64) -> [MediaRequest] {
        inOrder.filter { $0.album == name && $0.chat == chat }
    }

    public func outbox(after id: Int64, limit: Int) -> [OutgoingMessage] {
        messages.filter { $0.key > id }.sorted { $0.key < $1.key }.prefix(limit).map {
            OutgoingMessage(id: $0.key, body: $0.value)
        }
    }

    public func key(for alias: FileAlias) -> String? { aliases[alias]?.key }

    public func figures() -> AccountFigures {
        var total = Usage()
        for one in usage.values { total.add(one) }
        return AccountFigures(people: people.count, usage: total, openRequests: openRequests().count)
    }

    public func prune(before wall: Double) {
        let highest = updates.keys.max()
        updates = updates.filter { $0.value.isPending || $0.value.at >= wall || $0.key == highest }
        requests = requests.filter { $0.value.stage != .done || $0.value.createdAt >= wall }
        order = order.filter { requests[$0] != nil }
        aliases = aliases.filter { $0.value.at >= wall }
    }
}
