public import Accounts
public import Jobs
internal import Redis

/// What the bot remembers, for all nodes. Every change is one script: all of it, or nothing.
///
/// A request's marks and changes are made here and written only when nobody else wrote it meanwhile.
public struct RedisAccountStore: AccountStore {
    private let place: SharedPlace

    public init(_ place: SharedPlace) { self.place = place }

    private func run(
        _ script: RedisScript, _ arguments: [any RedisArgument], within: Duration? = nil
    ) async throws -> RedisValue {
        try await place.client.run(
            script, keys: [place.key("accounts")], arguments, isIdempotent: true, within: within ?? place.patience)
    }

    private func read<Value: Sendable>(
        _ script: RedisScript, _ arguments: [any RedisArgument], _ body: (RedisValue) throws -> Value
    ) async throws(AccountStoreError) -> Value {
        try await AccountStoreError.translating { try body(try await run(script, arguments)) }
    }

    // MARK: - Updates

    public func receive(_ updates: [StoredUpdate], at wall: Double) async throws(AccountStoreError) -> Int {
        let words: [any RedisArgument] = updates.flatMap { [$0.id, $0.body] as [any RedisArgument] }
        return try await AccountStoreError.translating {
            try await run(AccountScripts.receive, [OneTime.token(), wall] + words).number()
        }
    }

    public func pendingUpdates(limit: Int) async throws(AccountStoreError) -> [StoredUpdate] {
        try await read(AccountScripts.numbered, ["pending", "bodies", "-inf", max(0, limit)]) { found in
            try Self.pairs(found).map { StoredUpdate(id: $0.id, body: $0.body) }
        }
    }

    public func lastUpdate() async throws(AccountStoreError) -> (id: Int64, at: Double)? {
        try await read(AccountScripts.last, []) { found in
            let parts = try found.list()
            guard parts.count == 2, let id = parts[0].text.flatMap({ Int64($0) }),
                let at = parts[1].text.flatMap({ Double($0) })
            else { return nil }
            return (id, at)
        }
    }

    private static func pairs(_ value: RedisValue) throws -> [(id: Int64, body: [UInt8])] {
        let parts = try value.list()
        return try stride(from: 0, to: parts.count - 1, by: 2).map { index in
            guard let id = parts[index].text.flatMap({ Int64($0) }), let body = parts[index + 1].bytes else {
                throw UnreadableReply(what: "a numbered record")
            }
            return (id, body)
        }
    }

    // MARK: - Changes

    public func settle(_ update: Int64, _ changes: [AccountChange]) async throws(AccountStoreError) -> Bool {
        try await AccountStoreError.translating { try await write(changes, of: "\(update)") }
    }

    public func apply(_ changes: [AccountChange]) async throws(AccountStoreError) {
        _ = try await AccountStoreError.translating { try await write(changes, of: "") }
    }

    /// Until no request was written by another between being read and being written.
    private func write(_ changes: [AccountChange], of update: String) async throws -> Bool {
        let deadline = Deadline(place.patience)
        while true {
            var batch = ChangeBatch(update: update)
            for job in ChangeBatch.marked(changes) { batch.know(job, try await kept(job, deadline)) }
            try batch.add(changes)
            let answer = try await run(
                AccountScripts.apply, batch.arguments, within: deadline.rest)
            switch try answer.number() {
            case 0: return false
            case 1: return true
            default: guard !deadline.isOver else { throw AccountStoreError.broken(Self.contended) }
            }
        }
    }

    private static let contended = "other nodes kept changing the same request; try again"

    public func change(
        _ job: JobID, surviving harm: Harm, _ change: @escaping @Sendable (inout MediaRequest) -> Void
    ) async throws(AccountStoreError) -> MediaRequest? {
        try await AccountStoreError.translating {
            let deadline = Deadline(place.patience)
            while true {
                let known = try await kept(job, deadline)
                guard var request = known.request else { return nil }
                change(&request)
                var batch = ChangeBatch(update: "")
                batch.know(job, known)
                try batch.add([.request(request)])
                let answer = try await run(
                    AccountScripts.apply, batch.arguments, within: deadline.rest)
                if try answer.number() == 1 { return request }
                guard !deadline.isOver else { throw AccountStoreError.broken(Self.contended) }
            }
        }
    }

    private func kept(_ job: JobID, _ deadline: Deadline) async throws -> ChangeBatch.Known {
        let parts = try await run(AccountScripts.request, [job.text], within: deadline.rest).list()
        guard parts.count == 2 else { return ChangeBatch.Known(version: "", request: nil) }
        return ChangeBatch.Known(version: parts[1].text ?? "", request: try parts[0].decoded())
    }

    // MARK: - Reading

    public func profile(person: Int64, chat: Int64) async throws(AccountStoreError) -> Profile {
        try await read(AccountScripts.profile, [person, chat]) { found in
            let parts = try found.list()
            guard parts.count == 5 else { throw UnreadableReply(what: "a profile") }
            return Profile(
                own: try parts[0].decoded() ?? Preferences(),
                chat: chat == person ? Preferences() : try parts[1].decoded() ?? Preferences(),
                usage: try Self.usage(parts[2...]))
        }
    }

    private static func usage(_ parts: ArraySlice<RedisValue>) throws -> Usage {
        let numbers = try parts.map { part in
            guard !part.isNull else { return 0.0 }
            guard let number = part.text.flatMap({ Double($0) }) else { throw UnreadableReply(what: "a sum") }
            return number
        }
        guard numbers.count == 3, let files = Int(exactly: numbers[0]) else { throw UnreadableReply(what: "a sum") }
        return Usage(files: files, seconds: numbers[1], cost: numbers[2])
    }

    public func request(_ job: JobID) async throws(AccountStoreError) -> MediaRequest? {
        try await AccountStoreError.translating { try await kept(job, Deadline(place.patience)).request }
    }

    public func request(chat: Int64, status: Int64) async throws(AccountStoreError) -> MediaRequest? {
        try await read(AccountScripts.byStatus, ["\(chat):\(status)"]) { try $0.decoded() }
    }

    public func openRequests() async throws(AccountStoreError) -> [MediaRequest] {
        try await requests("open", limit: 0)
    }

    public func requests(of person: Int64, limit: Int) async throws(AccountStoreError) -> [MediaRequest] {
        guard limit > 0 else { return [] }
        return try await requests("person:\(person)", limit: -limit)
    }

    public func album(_ name: String, chat: Int64) async throws(AccountStoreError) -> [MediaRequest] {
        try await requests("album:\(chat):\(name)", limit: 0)
    }

    /// - Parameter limit: 0 for all, oldest first; below it so many of the newest, newest first.
    private func requests(_ index: String, limit: Int) async throws(AccountStoreError) -> [MediaRequest] {
        try await read(AccountScripts.requests, [index, limit]) { try $0.decodedList() }
    }

    public func outbox(after id: Int64, limit: Int) async throws(AccountStoreError) -> [OutgoingMessage] {
        try await read(AccountScripts.numbered, ["outbox", "messages", "(\(id)", max(0, limit)]) { found in
            try Self.pairs(found).map { OutgoingMessage(id: $0.id, body: $0.body) }
        }
    }

    public func key(for alias: FileAlias) async throws(AccountStoreError) -> String? {
        try await read(AccountScripts.alias, [ChangeBatch.name(of: alias)]) { $0.text }
    }

    public func figures() async throws(AccountStoreError) -> AccountFigures {
        try await read(AccountScripts.figures, []) { found in
            let parts = try found.list()
            guard parts.count == 5 else { throw UnreadableReply(what: "figures") }
            return AccountFigures(
                people: try parts[0].number(), usage: try Self.usage(parts[2...]), openRequests: try parts[1].number())
        }
    }

    public func prune(before wall: Double) async throws(AccountStoreError) {
        // In pieces, because a server does one thing at a time.
        while try await read(AccountScripts.prune, ["(\(wall)"], { try $0.number() }) > 0 {}
    }
}
