/// The port to what was published. Every change is durable when it returns.
public protocol LinkStore: Sendable {
    /// Keeps a record; one with the same id stays as it is. Returns the one that is kept.
    func publish(_ record: LinkRecord) async throws(LinkStoreError) -> LinkRecord
    func record(_ id: LinkID) async throws(LinkStoreError) -> LinkRecord?
    /// Returns `false` for a record that is not there or is somebody else's.
    func revoke(_ id: LinkID, owner: String?) async throws(LinkStoreError) -> Bool
    /// Somebody's, newest first.
    func records(of owner: String, limit: Int) async throws(LinkStoreError) -> [LinkRecord]

    /// New, or in place of the one with the same id, together with records found on the way.
    func put(_ batch: LinkBatch, _ found: [LinkRecord]) async throws(LinkStoreError)
    func batch(_ id: LinkID) async throws(LinkStoreError) -> LinkBatch?
    /// Not over yet, oldest first.
    func openBatches() async throws(LinkStoreError) -> [LinkBatch]
    /// In the order of the messages.
    func records(ofBatch id: LinkID) async throws(LinkStoreError) -> [LinkRecord]

    func counts() async throws(LinkStoreError) -> LinkCounts
    /// Removes records that expired before a moment (seconds since 1970), and batches that ended before it.
    func prune(before wall: Double) async throws(LinkStoreError)
}

public struct LinkCounts: Sendable, Hashable {
    /// Neither revoked nor pruned.
    public var links: Int
    public var batches: Int

    public init(links: Int = 0, batches: Int = 0) {
        self.links = links
        self.batches = batches
    }
}

public enum LinkStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case noRoom
    case broken(String)

    public var description: String {
        switch self {
        case .noRoom: "There is no room on the disk of the server."
        case .broken(let what): "The published links cannot be used: \(what)."
        }
    }
}
