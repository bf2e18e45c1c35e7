internal import EventLoops

/// Calls of one connection in the order they were sent, which is the order of their answers.
struct WaitingCalls {
    typealias Answer = Result<RedisValue, RedisError>

    struct Call {
        let deadline: MonotonicTime
        let sentAt: MonotonicTime
        /// Nil once its caller has given up; its answer still comes and is dropped.
        var resume: ((Answer) -> Void)?
    }

    private var calls: [Call] = []
    private var head = 0

    var count: Int { calls.count - head }

    mutating func add(_ call: Call) { calls.append(call) }

    /// The one that the next answer belongs to.
    mutating func first() -> Call? {
        guard head < calls.count else { return nil }
        let call = calls[head]
        calls[head].resume = nil
        head += 1
        if head == calls.count || head > 1024 {
            calls.removeFirst(head)
            head = 0
        }
        return call
    }

    mutating func all() -> [Call] {
        defer {
            calls = []
            head = 0
        }
        return Array(calls[head...])
    }

    /// Takes the callers out whose time is over.
    mutating func expired(at now: MonotonicTime) -> [Call] {
        var found: [Call] = []
        for index in head..<calls.count where calls[index].resume != nil && calls[index].deadline <= now {
            found.append(calls[index])
            calls[index].resume = nil
        }
        return found
    }

    var earliestDeadline: MonotonicTime? { calls[head...].filter { $0.resume != nil }.map(\.deadline).min() }
}
