import CSystem
import EventLoops
import Glibc
import HostProcesses
import Jobs
import ObjectStorage
import Transcription

/// An object that comes by ranges into an unlinked file, beginning at its start, and can be read meanwhile.
final class S3Medium: MediaSource {
    private static let blockBytes: Int64 = 4 << 20
    private static let sideBySide = 4

    private let reading: Descriptor
    private let growth: MediaGrowth
    /// Ends with the object's last byte; cancelled with this value.
    private let loading: Task<Void, Never>

    var descriptor: CInt { reading.raw }
    var extent: MediaExtent { growth.extent }

    init(_ object: S3Object, _ client: S3Client, folder: String, _ pool: BlockingPool) throws {
        let raw = csystem_open_unlinked(folder)
        guard raw >= 0 else { throw FolderIntake.failure() }
        let file = Descriptor(owning: raw)
        let again = csystem_open("/proc/self/fd/\(raw)", O_RDONLY, 0)
        guard again >= 0 else { throw FolderIntake.failure() }
        reading = Descriptor(owning: again)
        let growth = MediaGrowth()
        self.growth = growth
        let loader = Loader(object: object, client: client, file: file, pool: pool, growth: growth)
        loading = Task { await loader.run() }
    }

    deinit { loading.cancel() }

    func wait(forBytesBefore end: Int64) async throws -> MediaExtent { try await growth.wait(forBytesBefore: end) }

    private struct Loader {
        let object: S3Object
        let client: S3Client
        let file: Descriptor
        let pool: BlockingPool
        let growth: MediaGrowth

        func run() async {
            do {
                try await load()
                growth.complete()
            } catch MediaVaultError.noRoom {
                growth.fail(DecodingError(.diskFull, "There is no room on the disk for the media."))
            } catch {
                growth.fail(DecodingError(.sourceFailed, "The media cannot be read from its store: \(error)."))
            }
        }

        /// A few blocks are on their way at a time; readers see them in their order.
        private func load() async throws {
            let count = Int((object.bytes + S3Medium.blockBytes - 1) / S3Medium.blockBytes)
            try await withThrowingTaskGroup(of: Int.self) { group in
                var (next, arrived, shown) = (0, Set<Int>(), 0)
                while next < min(count, S3Medium.sideBySide) {
                    group.addTask { [next] in try await fetch(next) }
                    next += 1
                }
                while let number = try await group.next() {
                    arrived.insert(number)
                    while arrived.remove(shown) != nil {
                        growth.grow(by: Int64(range(shown).count))
                        shown += 1
                    }
                    guard next < count else { continue }
                    group.addTask { [next] in try await fetch(next) }
                    next += 1
                }
            }
        }

        private func range(_ number: Int) -> Range<Int64> {
            let start = Int64(number) * S3Medium.blockBytes
            return start..<min(object.bytes, start + S3Medium.blockBytes)
        }

        private func fetch(_ number: Int) async throws -> Int {
            let range = range(number)
            let bytes = try await client.read(object.key, range, tag: object.tag)
            let (raw, start) = (file.raw, off_t(range.lowerBound))
            try await pool.work { () throws(MediaVaultError) in try S3Medium.write(bytes, to: raw, at: start) }
            return number
        }
    }

    private static func write(_ bytes: [UInt8], to file: CInt, at start: off_t) throws(MediaVaultError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                let rest = UnsafeRawBufferPointer(rebasing: $0[written...])
                return pwrite(file, rest.baseAddress, rest.count, start + written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FolderIntake.failure() }
            written += count
        }
    }
}
