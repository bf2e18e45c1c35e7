import EventLoops
import Glibc
import HTTPTypes

/// A server that says exactly what a test tells it to, right or wrong, on a real socket.
final class ScriptedServer: Sendable {
    typealias Script = @Sendable (Peer) throws -> Void

    let port: UInt16
    private let listener: Int32
    private let pool: BlockingPool
    private let runner: Task<[any Error], Never>

    /// Listens on `address`; each connection runs the next of `scripts` on a thread of its own, in order.
    init(address: String = "127.0.0.1", _ scripts: Script...) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        inet_pton(AF_INET, address, &name.sin_addr)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound else { throw SystemCallError("bind") }
        port = UInt16(bigEndian: name.sin_port)
        self.listener = listener
        let pool = try BlockingPool(threads: scripts.count + 1)
        self.pool = pool
        runner = Task {
            var tasks: [Task<Void, any Error>] = []
            for script in scripts {
                // A failure is the end of the listener: the remaining scripts are not wanted.
                guard let socket = try? await pool.run({ try check("accept") { accept(listener, nil, nil) } }) else {
                    break
                }
                tasks.append(
                    Task {
                        try await pool.run {
                            defer { close(socket) }
                            try script(Peer(socket: socket))
                        }
                    })
            }
            var errors: [any Error] = []
            for task in tasks {
                if case .failure(let error) = await task.result { errors.append(error) }
            }
            return errors
        }
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Waits until every script has run; returns what they threw.
    func finish() async -> [any Error] {
        let errors = await runner.value
        close(listener)
        return errors
    }

    /// Stops listening without waiting for scripts that no connection will start.
    func abandon() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// The far end of one connection, with blocking calls.
    struct Peer: Sendable {
        struct Gone: Error {}

        let socket: Int32

        func send(_ text: String) throws {
            try send(Array(text.utf8))
        }

        func send(_ bytes: [UInt8]) throws {
            var start = 0
            while start < bytes.count {
                let count = bytes[start...].withUnsafeBytes {
                    Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { throw Gone() }
                start += count
            }
        }

        /// Up to `count` bytes; fewer only at the end.
        func receive(_ count: Int) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            var have = 0
            while have < count {
                let got = recv(socket, &bytes[have], count - have, 0)
                if got <= 0 { break }
                have += got
            }
            return Array(bytes[..<have])
        }

        /// The head of the next request, up to and with its empty line; byte by byte, so that no body is taken.
        func receiveHead() -> String {
            var bytes: [UInt8] = []
            while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
                let next = receive(1)
                if next.isEmpty { break }
                bytes += next
            }
            return String(decoding: bytes, as: UTF8.self)
        }

        /// Waits until the other side is gone.
        func waitForEnd() {
            while !receive(65536).isEmpty {}
        }
    }
}
