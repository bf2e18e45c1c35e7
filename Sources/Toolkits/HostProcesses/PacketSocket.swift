import CSystem
import Glibc

/// One message between a process and its host: bytes, and descriptors that travel with them.
public struct Packet: Sendable {
    public var bytes: [UInt8]
    public var descriptors: [Descriptor]

    public init(bytes: [UInt8], descriptors: [Descriptor] = []) {
        self.bytes = bytes
        self.descriptors = descriptors
    }
}

/// One end of a Unix socket pair that keeps packets whole (`SOCK_SEQPACKET`), so that no framing is needed and
/// descriptors belong to the packet they came with.
public final class PacketSocket: Sendable {
    /// A longer packet is refused on both sides; a chunk's words need about 20 kB.
    public static let longestPacket = 128 * 1024

    public let descriptor: Descriptor

    public init(_ descriptor: Descriptor) {
        self.descriptor = descriptor
    }

    /// A connected pair.
    public static func pair() throws(SystemError) -> (PacketSocket, PacketSocket) {
        var ends: [CInt] = [0, 0]
        let kind = CInt(SOCK_SEQPACKET.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemError("socketpair") }
        return (PacketSocket(Descriptor(owning: ends[0])), PacketSocket(Descriptor(owning: ends[1])))
    }

    /// Sends a whole packet or throws; waits while the other side does not read.
    public func send(_ packet: Packet) throws(SystemError) {
        guard packet.bytes.count <= Self.longestPacket else { throw SystemError("sendmsg", EMSGSIZE) }
        let raw = packet.descriptors.map(\.raw)
        let sent = csystem_send(descriptor.raw, packet.bytes, packet.bytes.count, raw, CInt(raw.count))
        guard sent == packet.bytes.count else { throw SystemError("sendmsg") }
    }

    /// Waits for the next packet; `nil` once the other side is gone.
    public func receive() throws(SystemError) -> Packet? {
        var bytes = [UInt8](repeating: 0, count: Self.longestPacket)
        var descriptors = [CInt](repeating: -1, count: Int(CSYSTEM_MAX_DESCRIPTORS))
        var count: CInt = 0
        let length = csystem_receive(descriptor.raw, &bytes, bytes.count, &descriptors, &count)
        if length < 0 {
            if errno == ECONNRESET { return nil }
            throw SystemError("recvmsg")
        }
        let owned = descriptors.prefix(Int(count)).map(Descriptor.init(owning:))
        guard length > 0 else { return nil }
        return Packet(bytes: Array(bytes.prefix(length)), descriptors: owned)
    }

    /// Whether a packet is waiting.
    public var hasPacket: Bool {
        var state = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
        return poll(&state, 1, 0) == 1
    }

    /// Bounds how long `send` waits for a peer that does not read; `receive` still waits for ever.
    public func refuseToSendSlowly() throws(SystemError) {
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        guard setsockopt(descriptor.raw, SOL_SOCKET, SO_SNDTIMEO, &limit, length) == 0 else {
            throw SystemError("setsockopt")
        }
    }
}
