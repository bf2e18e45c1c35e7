import FoundationEssentials

/// A packet that says something its reader does not understand: the other side is broken or hostile.
public struct MessageError: Error, Sendable, CustomStringConvertible {
    public let description: String
}

extension PacketSocket {
    public func send(_ message: some Encodable, descriptors: [Descriptor] = []) throws {
        try send(Packet(bytes: Array(try JSONEncoder().encode(message)), descriptors: descriptors))
    }
}

extension Packet {
    /// The message in this packet. The bytes come from a process that may be hostile: nothing but their form is trusted.
    public func message<Message: Decodable>(_ type: Message.Type) throws(MessageError) -> Message {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw MessageError(description: "a packet is not a \(type)")
        }
    }
}
