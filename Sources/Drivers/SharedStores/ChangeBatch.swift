internal import Accounts
internal import Jobs
internal import Redis

/// Changes as the arguments of one script, and what has to be as it was for them to be made.
struct ChangeBatch {
    /// A request as it was read.
    struct Known {
        /// Rises with every writing; empty for one that is not there.
        var version: String
        var request: MediaRequest?
    }

    private let update: String
    private var known: [JobID: Known] = [:]
    private var words: [any RedisArgument] = []

    /// - Parameter update: the one they settle, or none.
    init(update: String) { self.update = update }

    /// Requests that have to be read before.
    static func marked(_ changes: [AccountChange]) -> Set<JobID> {
        Set(
            changes.compactMap { change in
                if case .mark(let job, _) = change { job } else { nil }
            })
    }

    mutating func know(_ job: JobID, _ known: Known) { self.known[job] = known }

    mutating func add(_ changes: [AccountChange]) throws {
        for change in changes { try add(change) }
    }

    private mutating func add(_ change: AccountChange) throws {
        switch change {
        case .person(let person, let wall): words += ["person", person.id, try Coding.json(person), wall]
        case .room(let room): words += ["put", "rooms", room.id, try Coding.json(room)]
        case .preferences(let id, let value): words += ["put", "preferences", id, try Coding.json(value)]
        case .request(let request): try put(request)
        case .mark(let job, let mark):
            guard var request = known[job]?.request else { return }
            mark.apply(to: &request)
            try put(request)
        case .message(let message): words += ["message", message.body]
        case .sent(let id): words += ["sent", id]
        case .usage(let id, let usage): words += ["usage", id, usage.files, usage.seconds, usage.cost]
        case .alias(let alias, let key, let wall): words += ["alias", Self.name(of: alias), key, wall]
        case .forgetAlias(let key): words += ["forget", key]
        }
    }

    private mutating func put(_ request: MediaRequest) throws {
        // A mark that follows changes what is written here.
        known[request.job]?.request = request
        words += [
            "request", request.job.text, try Coding.json(request), "person:\(request.person)",
            request.album.map { "album:\(request.chat):\($0)" } ?? "",
            request.status.map { "\(request.chat):\($0)" } ?? "", request.stage == .done ? "" : "open",
            request.createdAt,
        ]
    }

    var arguments: [any RedisArgument] {
        let guards = known.flatMap { [$0.key.text, $0.value.version] }
        return [OneTime.token(), update, known.count] + (guards as [any RedisArgument]) + words
    }

    /// Its parts hold no zero byte, so that no two aliases share a name.
    static func name(of alias: FileAlias) -> String { "\(alias.bytes)\0\(alias.options)\0\(alias.uniqueID)" }
}
