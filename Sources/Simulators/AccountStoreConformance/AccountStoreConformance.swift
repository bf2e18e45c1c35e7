public import Accounts
import Jobs

/// What every account store must do; each check throws what it found.
public enum AccountStoreConformance {
    public struct Breach: Error, CustomStringConvertible {
        public let description: String
    }

    public typealias Check = @Sendable (any AccountStore) async throws -> Void

    public static let all: [(name: String, check: Check)] = [
        ("updates are kept once and in order", keepsUpdates),
        ("an update is settled once, with its changes or not at all", settlesOnce),
        ("the last update stays when old ones go", keepsLastUpdate),
        ("a request is found by what is known of it", findsRequests),
        ("marks change what is there now", marks),
        ("messages leave in order", sendsInOrder),
        ("preferences and usage are one person's", keepsPreferences),
        ("aliases tell options and sizes apart", keepsAliases),
        ("only what is over is forgotten", prunes),
    ]

    static func expect(_ condition: Bool, _ what: String) throws {
        if !condition { throw Breach(description: what) }
    }

    static func request(_ number: Int, person: Int64 = 1, album: String? = nil, at: Double = 100) throws -> MediaRequest
    {
        guard let job = JobID("job\(number)") else { throw Breach(description: "no id") }
        return MediaRequest(
            job: job, person: person, chat: person, message: Int64(number), album: album,
            file: ChatFile(id: "f\(number)", uniqueID: "u\(number)", bytes: 10, name: "voice.ogg"),
            preferences: Preferences(), interface: "en", createdAt: at)
    }

    private static func update(_ id: Int64) -> StoredUpdate { StoredUpdate(id: id, body: Array("\(id)".utf8)) }

    static func keepsUpdates(_ store: any AccountStore) async throws {
        let new = try await store.receive([update(7), update(5), update(7)], at: 1)
        try expect(new == 2, "\(new) of 2 updates are new")
        let again = try await store.receive([update(5), update(6)], at: 2)
        try expect(again == 1, "a repeated update counts as new")
        let pending = try await store.pendingUpdates(limit: 10)
        try expect(pending.map(\.id) == [5, 6, 7], "updates are not in order")
        let first = try await store.pendingUpdates(limit: 1)
        try expect(first == [update(5)], "the limit or the body is wrong")
        let last = try await store.lastUpdate()
        try expect(last?.id == 7 && last?.at == 1, "the last update is wrong")
    }

    static func settlesOnce(_ store: any AccountStore) async throws {
        let request = try request(1)
        _ = try await store.receive([update(1)], at: 1)
        let first = try await store.settle(1, [.request(request)])
        let second = try await store.settle(1, [.request(try Self.request(2))])
        let unknown = try await store.settle(2, [.request(try Self.request(2))])
        try expect(first && !second && !unknown, "settled more than once")
        let open = try await store.openRequests()
        try expect(open == [request], "changes of a settled update were made")
        let pending = try await store.pendingUpdates(limit: 9)
        try expect(pending.isEmpty, "a settled update is pending")
        let again = try await store.receive([update(1)], at: 5)
        try expect(again == 0, "a settled update came back")
    }

    static func keepsLastUpdate(_ store: any AccountStore) async throws {
        _ = try await store.receive([update(1), update(2), update(3)], at: 1)
        _ = try await store.settle(1, [])
        _ = try await store.settle(3, [])
        try await store.prune(before: 100)
        let last = try await store.lastUpdate()
        try expect(last?.id == 3, "the last update is forgotten")
        let pending = try await store.pendingUpdates(limit: 9)
        try expect(pending.map(\.id) == [2], "a pending update was pruned")
    }

    static func findsRequests(_ store: any AccountStore) async throws {
        let requests = try (1...4).map { try request($0, person: $0 < 4 ? 1 : 2, album: $0 < 3 ? "a" : nil) }
        try await store.apply(requests.map { .request($0) })
        let changed = try await store.change(requests[1].job, surviving: .kill) { $0.status = 77 }
        try expect(changed?.status == 77, "a change is not returned")
        let shown = try await store.request(chat: 1, status: 77)
        try expect(shown?.job == requests[1].job, "not found by its message")
        let elsewhere = try await store.request(chat: 2, status: 77)
        try expect(elsewhere == nil, "found in another chat")
        let own = try await store.requests(of: 1, limit: 2)
        try expect(own.map(\.job) == [requests[2].job, requests[1].job], "not the newest of one person")
        let album = try await store.album("a", chat: 1)
        try expect(album.map(\.job) == [requests[0].job, requests[1].job], "the album is wrong")
        guard let stranger = JobID("nobody") else { return }
        let nothing = try await store.change(stranger, surviving: .kill) { $0.status = 1 }
        try expect(nothing == nil, "changed what is not there")
    }

    static func marks(_ store: any AccountStore) async throws {
        let request = try request(1)
        try await store.apply([.request(request)])
        _ = try await store.change(request.job, surviving: .kill) {
            $0.status = 5
            $0.stage = .done
        }
        try await store.apply([.mark(request.job, .cancelled), .mark(request.job, .deleted)])
        let now = try await store.request(request.job)
        try expect(now?.status == 5 && now?.isCancelled == true && now?.isDeleted == true, "a mark lost a change")
        let open = try await store.openRequests()
        try expect(open.count == 1 && open.first?.stage == .answered, "a deleted request is not open again")
    }

    static func sendsInOrder(_ store: any AccountStore) async throws {
        for number in UInt8(1)...3 { try await store.apply([.message(OutgoingMessage(body: [number]))]) }
        let all = try await store.outbox(after: 0, limit: 10)
        try expect(all.map(\.body) == [[1], [2], [3]], "messages are not in order")
        try await store.apply([.sent(all[0].id), .sent(all[2].id)])
        let left = try await store.outbox(after: 0, limit: 10)
        try expect(left.map(\.body) == [[2]], "a sent message stays")
        try await store.apply([.message(OutgoingMessage(body: [4]))])
        let new = try await store.outbox(after: all[2].id, limit: 10)
        try expect(new.map(\.body) == [[4]], "a number was used twice")
    }

    static func keepsPreferences(_ store: any AccountStore) async throws {
        var own = Preferences()
        own.language = "id"
        var group = Preferences()
        group.isAutomatic = true
        try await store.apply([
            .person(Person(id: 1, name: "A"), at: 1), .preferences(1, own), .preferences(-5, group),
            .usage(1, Usage(files: 1, seconds: 2.5, cost: 0)), .usage(1, Usage(files: 1, seconds: 1, cost: 0.5)),
            .person(Person(id: 1, name: "B"), at: 2),
        ])
        let profile = try await store.profile(person: 1, chat: -5)
        try expect(profile.own == own && profile.chat == group, "preferences are mixed up")
        try expect(profile.usage == Usage(files: 2, seconds: 3.5, cost: 0.5), "usage does not add up")
        let stranger = try await store.profile(person: 2, chat: 2)
        try expect(stranger == Profile(), "somebody new has a profile")
        let figures = try await store.figures()
        try expect(figures.people == 1 && figures.usage.files == 2, "figures are wrong")
    }

    static func keepsAliases(_ store: any AccountStore) async throws {
        let alias = FileAlias(uniqueID: "u", bytes: 10, options: "o")
        try await store.apply([.alias(alias, key: "k", at: 1)])
        let found = try await store.key(for: alias)
        try expect(found == "k", "an alias is not found")
        for other in [
            FileAlias(uniqueID: "u", bytes: 11, options: "o"), FileAlias(uniqueID: "v", bytes: 10, options: "o"),
            FileAlias(uniqueID: "u", bytes: 10, options: "p"),
        ] {
            let key = try await store.key(for: other)
            try expect(key == nil, "another file answers")
        }
        try await store.apply([.forgetAlias(key: "k")])
        let gone = try await store.key(for: alias)
        try expect(gone == nil, "a forgotten alias is there")
    }

    static func prunes(_ store: any AccountStore) async throws {
        var done = try request(1, at: 1)
        done.stage = .done
        let open = try request(2, at: 1)
        var young = try request(3, at: 50)
        young.stage = .done
        try await store.apply([.request(done), .request(open), .request(young)])
        try await store.prune(before: 10)
        let left = try await store.requests(of: 1, limit: 9)
        try expect(left.map(\.job) == [young.job, open.job], "pruning took the wrong ones")
    }
}
