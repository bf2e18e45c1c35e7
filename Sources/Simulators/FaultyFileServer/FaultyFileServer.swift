internal import EventLoops
internal import Foundation

/// A server of files on loopback that does wrong what a test tells it to: each request takes the next fault of a list,
/// and after the list all is well. Ranges and `If-Range` work as RFC 9110 has them.
public final class FaultyFileServer: Sendable {
    /// What a client asked for.
    public struct Request: Sendable, Hashable {
        public let path: String
        public let range: String?
        public let ifRange: String?
    }

    private struct State {
        var files: [String: [UInt8]]
        var tags: [String: String] = [:]
        var faults: [Fault]
        var requests: [Request] = []
        /// Callers of `waitUntilStalled`.
        var stalled = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var connections: Set<Int32> = []
        var isStopped = false
    }

    public let port: UInt16
    private let listener: Int32
    private let state: Guarded<State>

    /// - Parameter files: bytes by path, `/model.onnx`.
    public init(_ files: [String: [UInt8]], faults: [Fault] = []) throws {
        // Programs that other tests start must not inherit it.
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw SystemCallError("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard isBound else { throw SystemCallError("bind") }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        state = Guarded(State(files: files, faults: faults))
        // Threads of its own: tests that block the shared pool must not make it slow. It ends when `stop` closes the
        // listener.
        Thread.detachNewThread { self.acceptConnections() }
    }

    public var url: String { "http://127.0.0.1:\(port)" }
    public var requests: [Request] { state.withLock { $0.requests } }

    /// Sets the entity tag of a path; without one the tag follows from the size.
    public func setTag(_ tag: String, of path: String) { state.withLock { $0.tags[path] = tag } }
    public func setFile(_ bytes: [UInt8], at path: String) { state.withLock { $0.files[path] = bytes } }
    public func add(_ faults: Fault...) { state.withLock { $0.faults += faults } }

    /// Returns once a `stall` has been reached.
    public func waitUntilStalled() async {
        await withCheckedContinuation { continuation in
            let isStalled = state.withLock { state in
                if state.stalled == 0 { state.waiting.append(continuation) }
                return state.stalled > 0
            }
            if isStalled { continuation.resume() }
        }
    }

    /// Ends every connection and takes no more.
    public func stop() {
        state.withLock { state in
            state.isStopped = true
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func acceptConnections() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            let isWanted = state.withLock { state in
                if !state.isStopped { state.connections.insert(connection) }
                return !state.isStopped
            }
            guard isWanted else {
                close(connection)
                return
            }
            // It ends with its connection, which `stop` ends at the latest.
            Thread.detachNewThread {
                self.serve(connection)
                self.state.withLock { _ = $0.connections.remove(connection) }
                close(connection)
            }
        }
    }

    private func serve(_ connection: Int32) {
        while let head = receiveHead(connection) {
            let (request, fault, file, tag) = state.withLock { state in
                let request = Request(head)
                state.requests.append(request)
                let fault = state.faults.isEmpty ? Fault.none : state.faults.removeFirst()
                let file = state.files[request.path]
                return (request, fault, file, state.tags[request.path] ?? "\"\(file?.count ?? 0)\"")
            }
            guard answer(connection, request, fault, file, tag) else { return }
        }
    }

    /// Sends one answer; `false` ends the connection.
    private func answer(_ connection: Int32, _ request: Request, _ fault: Fault, _ file: [UInt8]?, _ tag: String)
        -> Bool
    {
        let plan = AnswerPlan(request: request, fault: fault, file: file, tag: tag)
        guard plan.hasHead else { return false }
        guard send(connection, Array(plan.head.utf8)), send(connection, plan.body) else { return false }
        if plan.stalls {
            let waiting = state.withLock { state in
                state.stalled += 1
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
            var byte: UInt8 = 0
            // Returns when the client goes or `stop` ends the connection.
            _ = recv(connection, &byte, 1, 0)
        }
        return plan.keepsConnection
    }

    private func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func receiveHead(_ connection: Int32) -> String? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            var byte: UInt8 = 0
            guard bytes.count < 65_536, recv(connection, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FaultyFileServer.Request {
    init(_ head: String) {
        let lines = head.split(whereSeparator: \.isNewline)
        path = lines.first?.split(separator: " ").dropFirst().first.map(String.init) ?? ""
        func value(_ name: String) -> String? {
            lines.first { $0.lowercased().hasPrefix(name + ":") }
                .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
        }
        range = value("range")
        ifRange = value("if-range")
    }
}
