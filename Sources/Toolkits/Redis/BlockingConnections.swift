/// Connections of blocking calls: one for each call under way, and those that wait for the next.
struct BlockingConnections {
    private var idle: [Connection] = []
    private var busy: [ObjectIdentifier: Connection] = [:]
    /// Being made.
    var opening = 0

    var count: Int { busy.count + opening }
    var all: [Connection] { idle + Array(busy.values) }

    func isBusy(_ connection: Connection) -> Bool { busy[ObjectIdentifier(connection)] != nil }

    mutating func takeIdle() -> Connection? {
        while let connection = idle.popLast() {
            guard connection.isUsable else { continue }
            add(connection)
            return connection
        }
        return nil
    }

    mutating func add(_ connection: Connection) { busy[ObjectIdentifier(connection)] = connection }

    mutating func giveBack(_ connection: Connection, isClosed: Bool) {
        busy[ObjectIdentifier(connection)] = nil
        // One that still owes an answer is of no use to anybody.
        if isClosed || connection.waiting > 0 { connection.end(.closed) }
        if connection.isUsable { idle.append(connection) }
    }
}
