import CSystem
import Glibc
import HostProcesses
public import Transcription

/// A medium that arrives on a pipe: one unlinked file that grows, so that it can be read by position, and from its end,
/// while it still arrives.
public final class SpooledMedia: MediaSource {
    private static let blockSize = 256 * 1024

    private let file: Descriptor
    private let reading: Descriptor
    private let growth = MediaGrowth()

    public var descriptor: CInt { reading.raw }

    public var extent: MediaExtent { growth.extent }

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
        try await growth.wait(forBytesBefore: end)
    }

    /// Returns `false` at the end.
    private func copyBlock(from input: CInt, _ buffer: inout [UInt8]) -> Bool {
        let count = read(input, &buffer, buffer.count)
        if count < 0, errno == EINTR { return true }
        guard count >= 0 else { return stop(DecodingError(.sourceFailed, "Standard input cannot be read.")) }
        guard count > 0 else {
            growth.complete()
            return false
        }
        guard Descriptor.writeAll(Array(buffer[0..<count]), to: file.raw) else {
            let isFull = errno == ENOSPC || errno == EDQUOT || errno == EFBIG
            let why = isFull ? "There is no room on the disk for the input." : "The input cannot be stored."
            return stop(DecodingError(isFull ? .diskFull : .sourceFailed, why))
        }
        growth.grow(by: Int64(count))
        return true
    }

    private func stop(_ reason: DecodingError) -> Bool {
        growth.fail(reason)
        return false
    }
}
