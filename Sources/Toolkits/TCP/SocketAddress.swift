internal import Glibc
internal import IPAddresses

/// Addresses as the kernel wants them.
enum SocketAddress {
    static func family(_ address: IPAddress) -> Int32 { address.v4 == nil ? AF_INET6 : AF_INET }

    static func length(_ address: IPAddress) -> socklen_t {
        socklen_t(address.v4 == nil ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size)
    }

    static func storage(_ address: IPAddress, _ port: UInt16) -> sockaddr_storage {
        var storage = sockaddr_storage()
        withUnsafeMutableBytes(of: &storage) { bytes in
            if let v4 = address.v4 {
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
                    $0.storeBytes(of: address.high.bigEndian, as: UInt64.self)
                    $0.storeBytes(of: address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
                }
                withUnsafeBytes(of: name) { bytes.copyMemory(from: $0) }
            }
        }
        return storage
    }

    static func with<Address, Result>(
        _ address: inout Address, _ body: (UnsafeMutablePointer<sockaddr>) -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0) }
        }
    }

    static func port(_ storage: inout sockaddr_storage) -> UInt16 {
        // At the same place for both families.
        withUnsafeBytes(of: &storage) { UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self)) }
    }

    static func newSocket(_ family: Int32) -> Int32 {
        socket(family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }
}
