public import EventLoops
internal import Glibc

/// A client that sends any bytes at all and reports what came back, on a real socket.
///
/// Blocking calls on a thread of its own, each bounded by a receive timeout, so that a hanging server fails a test
/// instead of stopping it.
public final class RawConnection: Sendable {
    private let socket: OwnedDescriptor
    private let pool: BlockingPool
    private let rest = Guarded<[UInt8]>([])

    /// How the other side left things.
    public enum End: Sendable, Equatable {
        /// It closed.
        case closed
        /// It reset the connection.
        case reset
        /// It said nothing more within the time.
        case open
    }

    /// Connects to a port of this machine.
    public convenience init(port: UInt16, timeout: Int = 20) throws(SystemCallError) {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        try self.init(family: AF_INET, timeout: timeout) { socket in
            withUnsafeBytes(of: &name) { bytes in
                connect(socket, bytes.bindMemory(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
            }
        }
    }

    /// Connects to a Unix socket.
    public convenience init(path: String, timeout: Int = 20) throws(SystemCallError) {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        try self.init(family: AF_UNIX, timeout: timeout) { socket in
            withUnsafeBytes(of: &name) { bytes in
                connect(socket, bytes.bindMemory(to: sockaddr.self).baseAddress, socklen_t(bytes.count))
            }
        }
    }

    private init(family: Int32, timeout: Int, _ connect: (Int32) -> Int32) throws(SystemCallError) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        socket = OwnedDescriptor(taking: try check("socket") { Glibc.socket(family, type, 0) })
        pool = try BlockingPool(threads: 1, name: "raw")
        let number = socket.number
        _ = try check("connect") { connect(number) }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = try check("setsockopt") {
                setsockopt(number, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
            }
        }
    }

    /// Keeps the kernel from taking many bytes for a reader that does not read.
    public func shrinkReceiveBuffer() {
        var size: Int32 = 4096
        setsockopt(socket.number, SOL_SOCKET, SO_RCVBUF, &size, 4)
    }

    public func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    public func send(_ bytes: [UInt8]) async throws {
        let number = socket.number
        try await pool.run {
            var start = 0
            while start < bytes.count {
                let count = bytes[start...].withUnsafeBytes {
                    Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { throw SystemCallError("send") }
                start += count
            }
        }
    }

    /// Ends the sending direction.
    public func finishSending() {
        shutdown(socket.number, Int32(SHUT_WR))
    }

    /// Bytes as they come; empty at the end or when time is up.
    public func receive() async -> [UInt8] {
        let kept = rest.withLock { rest in
            defer { rest = [] }
            return rest
        }
        if !kept.isEmpty { return kept }
        return await read().bytes
    }

    private func read() async -> (bytes: [UInt8], end: End) {
        let number = socket.number
        do {
            return try await pool.run {
                var buffer = [UInt8](repeating: 0, count: 65536)
                let count = recv(number, &buffer, buffer.count, 0)
                if count > 0 { return (Array(buffer[..<count]), .open) }
                if count == 0 { return ([], .closed) }
                return ([], errno == ECONNRESET ? .reset : .open)
            }
        } catch {
            return ([], .open)
        }
    }

    /// Everything until the server closes.
    public func readToEnd() async -> String {
        var bytes: [UInt8] = []
        while true {
            let next = await receive()
            if next.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += next
        }
    }

    /// Reads on to the end and says how it ended.
    public func end() async -> End {
        while true {
            let (bytes, end) = await read()
            if bytes.isEmpty { return end }
        }
    }

    /// Exactly `count` bytes, or what there was.
    public func receive(count: Int) async -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let next = await receive()
            if next.isEmpty { break }
            bytes += next
        }
        if bytes.count > count {
            let left = Array(bytes[count...])
            rest.withLock { $0 = left + $0 }
        }
        return Array(bytes.prefix(count))
    }

    /// Bytes up to and with `marker`, or what there was.
    public func receive(through marker: String) async -> String {
        let marker = Array(marker.utf8)
        var bytes: [UInt8] = []
        while true {
            if let end = bytes.firstEnd(of: marker) {
                let left = Array(bytes[end...])
                rest.withLock { $0 = left + $0 }
                return String(decoding: bytes[..<end], as: UTF8.self)
            }
            let next = await receive()
            if next.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += next
        }
    }

    /// One response with a counted body: its head and its body.
    public func response() async -> (head: String, body: String) {
        let head = await receive(through: "\r\n\r\n")
        let length = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length:") }
        let count = length.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        return (head, String(decoding: await receive(count: count), as: UTF8.self))
    }
}

extension [UInt8] {
    fileprivate func firstEnd(of marker: [UInt8]) -> Int? {
        guard count >= marker.count else { return nil }
        for start in 0...(count - marker.count) where self[start..<start + marker.count].elementsEqual(marker) {
            return start + marker.count
        }
        return nil
    }
}
