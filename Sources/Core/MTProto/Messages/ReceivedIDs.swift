/// The numbers of the last messages of the other side: what comes twice, or is older than all that is remembered, is not
/// taken again.
struct ReceivedIDs: Sendable {
    static let limit = 512

    private var ids: [Int64] = []
    private var floor = Int64.min

    var isEmpty: Bool { ids.isEmpty }

    /// Whether a number is new; from now on it is not.
    mutating func insert(_ id: Int64) -> Bool {
        guard id > floor else { return false }
        var index = ids.count
        // Nearly always at the end.
        while index > 0, ids[index - 1] >= id {
            if ids[index - 1] == id { return false }
            index -= 1
        }
        ids.insert(id, at: index)
        if ids.count > Self.limit { floor = ids.removeFirst() }
        return true
    }

    func contains(_ id: Int64) -> Bool { id <= floor || ids.contains(id) }
}
