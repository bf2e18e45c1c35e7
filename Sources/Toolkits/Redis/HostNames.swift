internal import EventLoops
internal import Glibc
internal import IPAddresses

/// Addresses of hosts, from the system's resolver, which blocks.
enum HostNames {
    private static let addressesAtMost = 8

    /// On the loop's thread. Gives up waiting at the deadline; the resolver's thread ends when it ends.
    nonisolated(nonsending) static func addresses(
        of host: String, on loop: EventLoop, pool: BlockingPool, by deadline: MonotonicTime
    ) async -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        let waiter = OneAnswer<[IPAddress]>()
        let timer = loop.schedule(after: deadline - .now()) { waiter.give([]) }
        let found = await withCheckedContinuation { continuation in
            waiter.wait(continuation)
            do {
                try pool.submit { waiter.give(lookUp(host)) }
            } catch {
                waiter.give([])
            }
        }
        loop.cancel(timer)
        return found
    }

    private static func lookUp(_ host: String) -> [IPAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0, let first = list else { return [] }
        defer { freeaddrinfo(first) }
        var found: [IPAddress] = []
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let entry = next, found.count < addressesAtMost {
            let bytes = UnsafeRawBufferPointer(start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            if let address = IPAddress(socketAddress: bytes), !found.contains(address) { found.append(address) }
            next = entry.pointee.ai_next
        }
        return found
    }
}

/// A continuation that takes the first of several answers.
final class OneAnswer<Value: Sendable>: Sendable {
    private let continuation = Guarded<CheckedContinuation<Value, Never>?>(nil)

    func wait(_ continuation: CheckedContinuation<Value, Never>) {
        self.continuation.withLock { $0 = continuation }
    }

    func give(_ value: Value) {
        let waiting = continuation.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(returning: value)
    }
}
