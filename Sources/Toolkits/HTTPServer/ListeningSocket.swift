internal import CSystem
internal import EventLoops
internal import Glibc
internal import IPAddresses

/// Makes sockets that listen.
enum ListeningSocket {
    /// Listens on a TCP address.
    ///
    /// - Parameters:
    ///   - port: 0 for any; receives the one that was taken.
    ///   - shared: whether several sockets listen on the port, one for each loop.
    ///   - isFirst: whether this is the first of them.
    static func tcp(
        _ address: IPAddress, port: inout UInt16, shared: Bool, isFirst: Bool, unsentBytes: Int
    ) throws(SystemCallError) -> OwnedDescriptor {
        // A shared port would let a second server in unnoticed; a bind without sharing finds one that listens.
        if shared, isFirst, port != 0 { _ = try bound(address, &port, shared: false) }
        let descriptor = try bound(address, &port, shared: shared)
        let number = descriptor.number
        // Accepted sockets inherit both.
        try set(number, Int32(IPPROTO_TCP), Int32(csystem_tcp_nodelay), 1)
        try set(number, Int32(IPPROTO_TCP), Int32(csystem_tcp_notsent_lowat), Int32(clamping: unsentBytes))
        _ = try check("listen") { listen(number, 4096) }
        return descriptor
    }

    private static func bound(
        _ address: IPAddress, _ port: inout UInt16, shared: Bool
    ) throws(SystemCallError) -> OwnedDescriptor {
        let family = address.v4 == nil ? AF_INET6 : AF_INET
        let descriptor = OwnedDescriptor(taking: try newSocket(family))
        let number = descriptor.number
        try set(number, SOL_SOCKET, SO_REUSEADDR, 1)
        if shared { try set(number, SOL_SOCKET, Int32(csystem_so_reuseport), 1) }
        // An IPv6 socket is for IPv6 alone: the IPv4 address is another entry of the configuration.
        if family == AF_INET6 { try set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
        var storage = address.socketAddress(port: port)
        var length = socklen_t(family == AF_INET6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
        _ = try check("bind") { withSocketAddress(&storage) { bind(number, $0, length) } }
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = try check("getsockname") { withSocketAddress(&storage) { getsockname(number, $0, &length) } }
        port = boundPort(&storage)
        return descriptor
    }

    /// Listens on a Unix socket, in place of one whose server is gone.
    static func unix(path: String) throws(SystemCallError) -> OwnedDescriptor {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: name.sun_path) else {
            throw SystemCallError("bind", code: ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let probe = OwnedDescriptor(taking: try newSocket(AF_UNIX))
        let probed = withSocketAddress(&name) { connect(probe.number, $0, length) }
        if probed == 0 { throw SystemCallError("bind", code: EADDRINUSE) }
        if errno == ECONNREFUSED { unlink(path) }
        let descriptor = OwnedDescriptor(taking: try newSocket(AF_UNIX))
        let number = descriptor.number
        _ = try check("bind") { withSocketAddress(&name) { bind(number, $0, length) } }
        _ = try check("listen") { listen(number, 4096) }
        return descriptor
    }

    private static func newSocket(_ family: Int32) throws(SystemCallError) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return try check("socket") { socket(family, type, 0) }
    }

    private static func set(
        _ socket: Int32, _ level: Int32, _ option: Int32, _ value: Int32
    ) throws(SystemCallError) {
        var value = value
        _ = try check("setsockopt") { setsockopt(socket, level, option, &value, socklen_t(4)) }
    }

    private static func withSocketAddress<Address, Result>(
        _ address: inout Address, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }

    private static func boundPort(_ storage: inout sockaddr_storage) -> UInt16 {
        // The port stands at the same place for both families.
        withUnsafeBytes(of: &storage) { UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)) }
    }
}

extension IPAddress {
    fileprivate func socketAddress(port: UInt16) -> sockaddr_storage {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            if let v4 {
                var name = sockaddr_in()
                name.sin_family = sa_family_t(AF_INET)
                name.sin_port = port.bigEndian
                name.sin_addr.s_addr = v4.bigEndian
                withUnsafeBytes(of: name) { bytes.copyMemory(from: $0) }
            } else {
                var name = sockaddr_in6()
                name.sin6_family = sa_family_t(AF_INET6)
                name.sin6_port = port.bigEndian
                withUnsafeMutableBytes(of: &name.sin6_addr) {
                    $0.storeBytes(of: high.bigEndian, as: UInt64.self)
                    $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
                }
                withUnsafeBytes(of: name) { bytes.copyMemory(from: $0) }
            }
        }
        return storage
    }
}
