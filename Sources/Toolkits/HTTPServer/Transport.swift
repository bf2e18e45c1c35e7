internal import CSystem
internal import EventLoops
internal import Glibc
internal import TLS

/// The bytes of one connection, in the clear or through TLS. Owns the socket.
final class Transport {
    enum Outcome {
        case bytes(Int)
        case wantsRead
        case wantsWrite
        case ended
        case failed
    }

    let socket: Int32
    private let tls: TLSSession?
    private var descriptor: OwnedDescriptor?

    init(socket: consuming OwnedDescriptor, tls: TLSContext?) throws {
        let number = socket.number
        self.socket = number
        // Before the descriptor is stored: a throwing `init` closes it through its own `deinit`.
        self.tls = try tls.map { context throws(TLSError) in try TLSSession(context, socket: number) }
        descriptor = consume socket
    }

    var isSecure: Bool { tls != nil }

    func handshake() -> Outcome {
        guard let tls else { return .bytes(0) }
        return Outcome(tls.handshake())
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        if let tls { return Outcome(tls.read(into: buffer)) }
        while true {
            let count = recv(socket, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wantsRead
            default: return .failed
            }
        }
    }

    /// Sends what the socket takes at once.
    func write(_ queue: OutputQueue) -> Outcome {
        queue.withRuns { runs in
            guard let first = runs.first else { return .bytes(0) }
            if let tls { return Outcome(tls.write(first)) }
            return runs.count == 1 ? write(first) : gather(runs)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        if let tls { return Outcome(tls.write(bytes)) }
        return sent { send(socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
    }

    private func gather(_ runs: UnsafeBufferPointer<UnsafeRawBufferPointer>) -> Outcome {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: runs.count) { vectors in
            for (index, run) in runs.enumerated() {
                vectors[index] = iovec(iov_base: UnsafeMutableRawPointer(mutating: run.baseAddress), iov_len: run.count)
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = runs.count
            return sent { sendmsg(socket, &message, Int32(MSG_NOSIGNAL)) }
        }
    }

    private func sent(_ call: () -> Int) -> Outcome {
        while true {
            let count = call()
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wantsWrite
            default: return .failed
            }
        }
    }

    /// How many bytes the kernel may keep unsent. Fails on Unix sockets, which have no such queue.
    func limitUnsent(to bytes: Int32) {
        var bytes = bytes
        _ = setsockopt(socket, Int32(IPPROTO_TCP), Int32(csystem_tcp_notsent_lowat), &bytes, socklen_t(4))
    }

    /// Gives the socket back to the kernel. With unread input the peer gets a reset.
    func close() {
        descriptor = nil
    }

    /// Ends the sending direction; the peer still gets what was sent.
    func finishSending() {
        tls?.sendClose()
        shutdown(socket, Int32(SHUT_WR))
    }
}

extension Transport.Outcome {
    init(_ outcome: TLSSession.Outcome) {
        switch outcome {
        case .done(let count): self = .bytes(count)
        case .wantsRead: self = .wantsRead
        case .wantsWrite: self = .wantsWrite
        case .closed: self = .ended
        case .failed: self = .failed
        }
    }
}
