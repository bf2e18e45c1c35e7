public import Streaming

/// What every link store must do; each check throws what it found.
public enum LinkStoreConformance {
    public struct Breach: Error, CustomStringConvertible {
        public let description: String
    }

    public typealias Check = @Sendable (any LinkStore) async throws -> Void

    public static let all: [(name: String, check: Check)] = [
        ("a record is kept once, as it was first", publishesOnce),
        ("only its owner or an administrator revokes", revokes),
        ("somebody's records come newest first", listsByOwner),
        ("a batch and what it found change together", keepsBatches),
        ("open batches are found again", findsOpenBatches),
        ("only what is over is forgotten", prunes),
    ]

    static func expect(_ condition: Bool, _ what: String) throws {
        if !condition { throw Breach(description: what) }
    }

    public static func record(
        _ message: Int64, owner: String = "telegram:1", expiresAt: Double? = nil, batch: LinkID? = nil
    ) -> LinkRecord {
        var generator = SystemRandomNumberGenerator()
        let file = RemoteFile(
            id: "f\(message)", uniqueID: "u\(message)", size: 10 * message, name: "naïve \(message).mp4",
            mimeType: "video/mp4", duration: 1.5, origin: .init(chat: -1_000_000_000_001, message: message))
        return LinkRecord(
            id: .random(using: &generator), file: file, owner: owner, createdAt: 100, expiresAt: expiresAt,
            batch: batch)
    }

    static func batch(state: LinkBatch.State = .open, at: Double = 100) -> LinkBatch {
        var generator = SystemRandomNumberGenerator()
        var batch = LinkBatch(
            id: .random(using: &generator), owner: "telegram:1", chat: 1, thread: nil, replyTo: 5, interface: "en",
            source: .channel(77), topic: nil, messages: 1...1000, form: .m3u8, createdAt: at)
        batch.state = state
        return batch
    }

    static func publishesOnce(_ store: any LinkStore) async throws {
        let record = record(1)
        var other = record
        other.file.size = 99
        let first = try await store.publish(record)
        let second = try await store.publish(other)
        try expect(first == record && second == record, "a record changed by being published again")
        let found = try await store.record(record.id)
        try expect(found == record, "a record comes back different")
        let none = try await store.record(Self.record(2).id)
        try expect(none == nil, "a record that was never published is there")
        let counts = try await store.counts()
        try expect(counts.links == 1, "one link counts \(counts.links)")
    }

    static func revokes(_ store: any LinkStore) async throws {
        let own = try await store.publish(record(1))
        let other = try await store.publish(record(2, owner: "telegram:2"))
        let stranger = try await store.revoke(other.id, owner: "telegram:1")
        try expect(!stranger, "a stranger revoked a link")
        let untouched = try await store.record(other.id)
        try expect(untouched?.isRevoked == false, "a stranger's attempt changed a link")
        let first = try await store.revoke(own.id, owner: "telegram:1")
        let again = try await store.revoke(own.id, owner: "telegram:1")
        let admin = try await store.revoke(other.id, owner: nil)
        try expect(first && again && admin, "a link could not be revoked")
        let revoked = try await store.record(own.id)
        try expect(revoked?.isRevoked == true, "a revoked link is not")
        _ = try await store.publish(own)
        let still = try await store.record(own.id)
        try expect(still?.isRevoked == true, "publishing again undid a revocation")
    }

    static func listsByOwner(_ store: any LinkStore) async throws {
        for message in 1...5 as ClosedRange<Int64> { _ = try await store.publish(record(message)) }
        _ = try await store.publish(record(6, owner: "telegram:2"))
        let records = try await store.records(of: "telegram:1", limit: 3)
        try expect(records.map(\.file.uniqueID) == ["u5", "u4", "u3"], "records are in the wrong order")
    }

    static func keepsBatches(_ store: any LinkStore) async throws {
        var batch = batch()
        try await store.put(batch, [])
        let found = [record(20, batch: batch.id), record(3, batch: batch.id)]
        batch.next = 101
        batch.found = 2
        try await store.put(batch, found)
        let kept = try await store.batch(batch.id)
        try expect(kept == batch, "a batch comes back different")
        // The same step again, after a crash before its answer.
        try await store.put(batch, found)
        let records = try await store.records(ofBatch: batch.id)
        try expect(records.map(\.file.origin?.message) == [3, 20], "a batch's records are not in order, or twice")
    }

    static func findsOpenBatches(_ store: any LinkStore) async throws {
        let open = [batch(), batch()]
        for one in open { try await store.put(one, []) }
        try await store.put(batch(state: .done), [])
        var ended = open[0]
        ended.state = .cancelled
        try await store.put(ended, [])
        let found = try await store.openBatches()
        try expect(found == [open[1]], "open batches are wrong")
    }

    static func prunes(_ store: any LinkStore) async throws {
        let old = try await store.publish(record(1, expiresAt: 50))
        let later = try await store.publish(record(2, expiresAt: 500))
        let forever = try await store.publish(record(3))
        let open = batch(at: 10)
        let over = batch(state: .done, at: 10)
        for one in [open, over] { try await store.put(one, []) }
        try await store.prune(before: 100)
        let left = [
            try await store.record(old.id) == nil, try await store.record(later.id) != nil,
            try await store.record(forever.id) != nil, try await store.batch(open.id) != nil,
            try await store.batch(over.id) == nil,
        ]
        try expect(!left.contains(false), "the wrong things were forgotten: \(left)")
    }
}
