import EventLoops
import Glibc
import Jobs
import ObjectStorage
import Transcription

/// A medium on its way: spooled here, and sent to the bucket when it is kept.
final class S3Intake: MediaIntake {
    /// Sent at once up to this size; what is larger goes in parts of it, a few side by side.
    static let partBytes = 8 << 20
    private static let sideBySide = 4

    private let spool: any MediaIntake
    private let client: S3Client
    private let pool: BlockingPool

    var descriptor: CInt { spool.descriptor }
    var extent: MediaExtent { spool.extent }

    init(_ spool: any MediaIntake, _ client: S3Client, _ pool: BlockingPool) {
        self.spool = spool
        self.client = client
        self.pool = pool
    }

    func append(_ bytes: [UInt8]) async throws(MediaVaultError) { try await spool.append(bytes) }
    func complete() async throws(MediaVaultError) -> MediaDigest { try await spool.complete() }
    func fail(_ error: DecodingError) async { await spool.fail(error) }
    func wait(forBytesBefore end: Int64) async throws -> MediaExtent { try await spool.wait(forBytesBefore: end) }

    /// The store has confirmed every byte, by its own digest of each request, when this returns.
    func keep(as name: String) async throws(MediaVaultError) {
        guard JobID(name) != nil else { throw .broken("the name is not one of the server's") }
        let bytes = try await spool.complete().bytes
        do {
            if bytes <= Int64(Self.partBytes) {
                try await client.put(name, try await read(0..<bytes), ifAbsent: true)
            } else {
                try await keepInParts(name, bytes)
            }
        } catch S3Error.conditionFailed {
            try await confirm(name, bytes)
        } catch {
            throw .from(error)
        }
    }

    /// Names are made once: what is there under this one was written by an earlier try of this very call, whose answer
    /// was lost.
    private func confirm(_ name: String, _ bytes: Int64) async throws(MediaVaultError) {
        do {
            guard try await client.head(name).bytes == bytes else { throw MediaVaultError.broken("the name is taken") }
        } catch {
            throw .from(error)
        }
    }

    private func keepInParts(_ name: String, _ bytes: Int64) async throws {
        let upload = try await client.begin(name)
        do {
            let tags = try await sendParts(upload, name, bytes)
            try await client.complete(upload, name, tags: tags, ifAbsent: true)
        } catch S3Error.notFound {
            // Completed by an earlier try.
            try await confirm(name, bytes)
        } catch {
            // Else the store keeps, and charges for, what nobody sees.
            try? await client.abandon(upload, name)
            throw error
        }
    }

    private func sendParts(_ upload: String, _ name: String, _ bytes: Int64) async throws -> [String] {
        let size = max(Int64(Self.partBytes), (bytes + Int64(S3Client.mostParts) - 1) / Int64(S3Client.mostParts))
        let count = Int((bytes + size - 1) / size)
        return try await withThrowingTaskGroup(of: (Int, String).self) { group in
            var tags = [String](repeating: "", count: count)
            var next = 0
            while next < min(count, Self.sideBySide) {
                group.addTask { [next] in try await self.send(next, size, bytes, upload, name) }
                next += 1
            }
            while let (number, tag) = try await group.next() {
                tags[number] = tag
                guard next < count else { continue }
                group.addTask { [next] in try await self.send(next, size, bytes, upload, name) }
                next += 1
            }
            return tags
        }
    }

    private func send(
        _ number: Int, _ size: Int64, _ bytes: Int64, _ upload: String, _ name: String
    ) async throws -> (Int, String) {
        let start = Int64(number) * size
        let content = try await read(start..<min(bytes, start + size))
        return (number, try await client.part(number + 1, of: upload, name, content))
    }

    private func read(_ range: Range<Int64>) async throws -> [UInt8] {
        let descriptor = descriptor
        return try await pool.work { () throws(MediaVaultError) in
            var bytes = [UInt8](repeating: 0, count: range.count)
            var filled = 0
            while filled < bytes.count {
                let count = bytes.withUnsafeMutableBytes {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: $0[filled...])
                    return pread(descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound) + filled)
                }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw .broken("the spooled file cannot be read") }
                filled += count
            }
            return bytes
        }
    }
}
