import CSystem
import Glibc
import HostProcesses
import Synchronization
public import Transcription

/// A medium that arrives on a pipe: one unlinked file that grows, so that it can be read by position, and from its end,
/// while it still arrives.
public final class SpooledMedia: MediaSource {
    private struct State {
        var available: Int64 = 0
        var isComplete = false
        var failure: DecodingError?
        var waiters: [(end: Int64, continuation: CheckedContinuation<MediaExtent, any Error>)] = []
    }

    private static let blockSize = 256 * 1024

    private let file: Descriptor
    private let reading: Descriptor
    private let state = Mutex(State())

    public var descriptor: CInt { reading.raw }

    public var extent: MediaExtent {
        // A medium that failed has not ended: who waits for more hears why.
        state.withLock { MediaExtent(available: $0.available, isComplete: $0.isComplete && $0.failure == nil) }
    }

    /// Starts to copy everything that can be read from `input` into a file in `folder`, on a thread of its own.
    public init(copying input: CInt, folder: String) throws(DecodingError) {
        do throws(SystemError) {
            let raw = csystem_open_unlinked(folder)
            guard raw >= 0 else { throw SystemError("open") }
            file = Descriptor(owning: raw)
            let again = csystem_open("/proc/self/fd/\(raw)", O_RDONLY, 0)
            guard again >= 0 else { throw SystemError("open") }
            reading = Descriptor(owning: again)
        } catch {
            throw DecodingError(.sourceFailed, "No working file can be made in the data folder (\(error)).")
        }
        Thread.start(named: "spool") { [weak self] in
            var buffer = [UInt8](repeating: 0, count: Self.blockSize)
            while let spool = self, spool.copyBlock(from: input, &buffer) {}
        }
    }

    public func wait(forBytesBefore end: Int64) async throws -> MediaExtent {
        try await withCheckedThrowingContinuation { continuation in
            let ready: Result<MediaExtent, any Error>? = state.withLock { state in
                if let failure = state.failure { return .failure(failure) }
                if state.isComplete || state.available >= end {
                    return .success(MediaExtent(available: state.available, isComplete: state.isComplete))
                }
                state.waiters.append((end, continuation))
                return nil
            }
            if let ready { continuation.resume(with: ready) }
        }
    }

    /// Returns `false` at the end.
    private func copyBlock(from input: CInt, _ buffer: inout [UInt8]) -> Bool {
        let count = read(input, &buffer, buffer.count)
        if count < 0, errno == EINTR { return true }
        guard count > 0 else {
            let failure = count < 0 ? DecodingError(.sourceFailed, "Standard input cannot be read.") : nil
            advance(by: 0, isComplete: true, failure)
            return false
        }
        guard Descriptor.writeAll(Array(buffer[0..<count]), to: file.raw) else {
            let isFull = errno == ENOSPC || errno == EDQUOT || errno == EFBIG
            let why = isFull ? "There is no room on the disk for the input." : "The input cannot be stored."
            advance(by: 0, isComplete: true, DecodingError(isFull ? .diskFull : .sourceFailed, why))
            return false
        }
        advance(by: Int64(count), isComplete: false, nil)
        return true
    }

    private func advance(by count: Int64, isComplete: Bool, _ failure: DecodingError?) {
        let (ready, outcome) = state.withLock { state in
            state.available += count
            state.isComplete = isComplete
            state.failure = failure
            let ready = state.waiters.filter { isComplete || $0.end <= state.available }
            state.waiters.removeAll { isComplete || $0.end <= state.available }
            let extent = MediaExtent(available: state.available, isComplete: isComplete)
            let outcome: Result<MediaExtent, any Error> = failure.map { .failure($0) } ?? .success(extent)
            return (ready, outcome)
        }
        for waiter in ready { waiter.continuation.resume(with: outcome) }
    }
}
