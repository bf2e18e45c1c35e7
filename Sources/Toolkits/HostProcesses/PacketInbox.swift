import Synchronization

/// Packets that have arrived and nobody has read yet, for one reader. Waiting ends with a packet or with the sender's
/// end, never by the reader's cancellation: a host is told to stop, and its answer still counts.
final class PacketInbox: Sendable {
    private struct State {
        var packets: [Packet] = []
        var reader: CheckedContinuation<Packet, any Error>?
        var ending: (any Error)?
    }

    /// More unread packets than this, and the sender is flooding.
    private static let capacity = 1024

    private let state = Mutex(State())

    /// Returns `false` when there is no room.
    func put(_ packet: Packet) -> Bool {
        let (reader, hasRoom) = state.withLock { state in
            let reader = state.reader
            state.reader = nil
            if reader == nil { state.packets.append(packet) }
            return (reader, state.packets.count < Self.capacity)
        }
        reader?.resume(returning: packet)
        return hasRoom
    }

    /// Packets that have arrived are still read; then every read throws `error`.
    func finish(_ error: any Error) {
        let reader = state.withLock { state in
            state.ending = error
            let reader = state.reader
            state.reader = nil
            return reader
        }
        reader?.resume(throwing: error)
    }

    func next() async throws -> Packet {
        try await withCheckedThrowingContinuation { continuation in
            let ready: Result<Packet, any Error>? = state.withLock { state in
                if !state.packets.isEmpty { return .success(state.packets.removeFirst()) }
                if let ending = state.ending { return .failure(ending) }
                state.reader = continuation
                return nil
            }
            if let ready { continuation.resume(with: ready) }
        }
    }
}
