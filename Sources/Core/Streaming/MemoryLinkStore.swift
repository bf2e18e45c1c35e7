/// What was published, in memory: for tests, and as the plainest form of the port's rules.
public actor MemoryLinkStore: LinkStore {
    private var records: [LinkID: LinkRecord] = [:]
    private var order: [LinkID] = []
    private var batches: [LinkID: LinkBatch] = [:]
    private var batchOrder: [LinkID] = []

    public init() {}

    public func publish(_ record: LinkRecord) -> LinkRecord {
        if let kept = records[record.id] { return kept }
        records[record.id] = record
        order.append(record.id)
        return record
    }

    public func record(_ id: LinkID) -> LinkRecord? { records[id] }

    public func revoke(_ id: LinkID, owner: String?) -> Bool {
        guard let record = records[id], owner == nil || record.owner == owner else { return false }
        records[id]?.isRevoked = true
        return true
    }

    public func records(of owner: String, limit: Int) -> [LinkRecord] {
        Array(order.reversed().lazy.compactMap { self.records[$0] }.filter { $0.owner == owner }.prefix(limit))
    }

    public func put(_ batch: LinkBatch, _ found: [LinkRecord]) {
        if batches.updateValue(batch, forKey: batch.id) == nil { batchOrder.append(batch.id) }
        for record in found { _ = publish(record) }
    }

    public func batch(_ id: LinkID) -> LinkBatch? { batches[id] }

    public func openBatches() -> [LinkBatch] { batchOrder.compactMap { batches[$0] }.filter { $0.state == .open } }

    public func records(ofBatch id: LinkID) -> [LinkRecord] {
        order.compactMap { records[$0] }.filter { $0.batch == id }.sorted {
            ($0.file.origin?.message ?? 0) < ($1.file.origin?.message ?? 0)
        }
    }

    public func counts() -> LinkCounts {
        LinkCounts(links: records.values.count { !$0.isRevoked }, batches: batches.count)
    }

    public func prune(before wall: Double) {
        records = records.filter { ($0.value.expiresAt ?? .infinity) >= wall }
        order = order.filter { records[$0] != nil }
        batches = batches.filter { $0.value.state == .open || $0.value.createdAt >= wall }
        batchOrder = batchOrder.filter { batches[$0] != nil }
    }
}
