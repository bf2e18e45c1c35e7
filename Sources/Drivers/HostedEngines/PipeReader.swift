import EventLoops
import Glibc
import HostProcesses

/// Reads a pipe without holding a thread: an actor pinned to the loop that watches it.
actor PipeReader {
    private static let blockSize = 64 * 1024

    private nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private let descriptor: Descriptor
    private var waiter: CheckedContinuation<Void, Never>?

    /// A pipe: its reader, and its other end to be given away.
    static func pipe(on loop: EventLoop) throws(SystemError) -> (PipeReader, Descriptor) {
        var ends: [CInt] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw SystemError("pipe") }
        let (reading, writing) = (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
        // Hosts started meanwhile inherit neither: they close all they are not given.
        guard fcntl(reading.raw, F_SETFL, O_NONBLOCK) == 0, fcntl(reading.raw, F_SETFD, FD_CLOEXEC) == 0,
            fcntl(writing.raw, F_SETFD, FD_CLOEXEC) == 0
        else { throw SystemError("fcntl") }
        return (PipeReader(reading, loop), writing)
    }

    private init(_ descriptor: Descriptor, _ loop: EventLoop) {
        self.descriptor = descriptor
        self.loop = loop
    }

    /// The next bytes; `nil` once the other end is closed.
    func next() async throws -> [UInt8]? {
        while true {
            try Task.checkCancellation()
            let (count, number, bytes) = readNow()
            if count > 0 { return bytes }
            if count == 0 { return nil }
            if number == EINTR { continue }
            guard number == EAGAIN else { throw SystemError("read", number) }
            try await readable()
        }
    }

    private func readNow() -> (count: Int, number: CInt, bytes: [UInt8]) {
        var count = 0
        var number: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Self.blockSize) { buffer, filled in
            count = read(descriptor.raw, buffer.baseAddress, buffer.count)
            number = errno
            filled = max(0, count)
        }
        return (count, number, bytes)
    }

    private func readable() async throws {
        try loop.register(descriptor.raw, for: .readable, handler: Watch(self))
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { waiter = continuation }
            }
        } onCancel: {
            // Awaited by nobody: it only wakes the reader, which is on its way out.
            Task { await self.wake() }
        }
        loop.deregister(descriptor.raw)
    }

    fileprivate func wake() {
        waiter?.resume()
        waiter = nil
    }

    private final class Watch: EventHandler {
        private let reader: PipeReader

        init(_ reader: PipeReader) {
            self.reader = reader
        }

        func ready(_ events: Readiness) {
            reader.assumeIsolated { $0.wake() }
        }
    }
}
