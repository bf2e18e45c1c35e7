internal import Redis
public import Streaming

/// What was published, for all nodes. Every change is one script that may be repeated without harm.
public struct RedisLinkStore: LinkStore {
    private let place: SharedPlace

    public init(_ place: SharedPlace) { self.place = place }

    private func run<Value: Sendable>(
        _ script: RedisScript, _ arguments: [any RedisArgument], _ body: (RedisValue) throws -> Value
    ) async throws(LinkStoreError) -> Value {
        try await LinkStoreError.translating {
            try body(
                try await place.client.run(
                    script, keys: [place.key("links")], arguments, isIdempotent: true, within: place.patience))
        }
    }

    private static func words(_ record: LinkRecord) throws -> [any RedisArgument] {
        [
            record.id.text, try Coding.json(record), "owner:\(record.owner)",
            record.batch.map { "batch:\($0.text)" } ?? "", record.file.origin?.message ?? 0,
            record.expiresAt.map { "\($0)" } ?? "", record.isRevoked ? 1 : 0,
        ]
    }

    /// Bodies, each followed by whether it was revoked.
    private static func records(_ value: RedisValue) throws -> [LinkRecord] {
        let parts = try value.list()
        return try stride(from: 0, to: parts.count - 1, by: 2).compactMap { index in
            guard var record: LinkRecord = try parts[index].decoded() else { return nil }
            record.isRevoked = parts[index + 1].text == "1"
            return record
        }
    }

    public func publish(_ record: LinkRecord) async throws(LinkStoreError) -> LinkRecord {
        let words = try await LinkStoreError.translating { try Self.words(record) }
        let kept = try await run(LinkScripts.publish, words, Self.records)
        guard let first = kept.first else { throw .broken("a record that was just written is missing") }
        return first
    }

    public func record(_ id: LinkID) async throws(LinkStoreError) -> LinkRecord? {
        try await run(LinkScripts.record, [id.text], Self.records).first
    }

    public func revoke(_ id: LinkID, owner: String?) async throws(LinkStoreError) -> Bool {
        let name = owner.map { "owner:\($0)" } ?? ""
        return try await run(LinkScripts.revoke, [id.text, name]) { try $0.number() == 1 }
    }

    public func records(of owner: String, limit: Int) async throws(LinkStoreError) -> [LinkRecord] {
        guard limit > 0 else { return [] }
        return try await run(LinkScripts.newest, ["owner:\(owner)", limit - 1], Self.records)
    }

    public func put(_ batch: LinkBatch, _ found: [LinkRecord]) async throws(LinkStoreError) {
        let words = try await LinkStoreError.translating {
            let head: [any RedisArgument] = [
                batch.id.text, try Coding.json(batch), batch.state == .open ? 1 : 0, batch.createdAt,
            ]
            return try found.reduce(head) { try $0 + Self.words($1) }
        }
        try await run(LinkScripts.put, words) { _ in }
    }

    public func batch(_ id: LinkID) async throws(LinkStoreError) -> LinkBatch? {
        try await run(LinkScripts.batch, [id.text]) { try $0.decoded() }
    }

    public func openBatches() async throws(LinkStoreError) -> [LinkBatch] {
        try await run(LinkScripts.openBatches, []) { try $0.decodedList() }
    }

    public func records(ofBatch id: LinkID) async throws(LinkStoreError) -> [LinkRecord] {
        try await run(LinkScripts.all, ["batch:\(id.text)"], Self.records)
    }

    public func counts() async throws(LinkStoreError) -> LinkCounts {
        try await run(LinkScripts.counts, []) { found in
            let parts = try found.list()
            guard parts.count == 2 else { throw UnreadableReply(what: "counts") }
            return LinkCounts(links: try parts[0].number(), batches: try parts[1].number())
        }
    }

    public func prune(before wall: Double) async throws(LinkStoreError) {
        // In pieces, because a server does one thing at a time.
        while try await run(LinkScripts.prune, ["(\(wall)"], { try $0.number() }) > 0 {}
    }
}
