import EventLoops
import FoundationEssentials
import Glibc
public import Jobs
public import Transcription
public import Transcripts

/// Transcripts in a folder, one file each, that survive a restart. What is damaged counts as absent and is removed.
public actor DiskTranscriptCache: TranscriptCache {
    private let folder: String
    private let clock: any JobClock
    private let pool: BlockingPool
    private var list: RecencyList
    private var hits = 0
    private var misses = 0
    private var evictions = 0

    private init(_ folder: String, _ list: RecencyList, _ clock: any JobClock, _ pool: BlockingPool) {
        self.folder = folder
        self.clock = clock
        self.pool = pool
        self.list = list
    }

    /// Opens the folder, makes it when it is missing, and takes up what is in it.
    public static func open(folder: String, _ limits: CacheLimits, clock: any JobClock) async throws
        -> DiskTranscriptCache
    {
        let pool = try BlockingPool(threads: 2, queue: 10_000, name: "cache")
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let now = clock.now()
        let list = try await pool.run {
            var list = RecencyList(limits: limits.list)
            // The oldest first, so that the newest is the most recently used.
            for file in EntryFile.all(in: folder).sorted(by: { $0.modified < $1.modified }) {
                let age = max(0, now.wall - file.modified)
                for evicted in list.insert(file.key, bytes: file.bytes, now: now.monotonic, age: age) {
                    EntryFile.remove(evicted, in: folder)
                }
            }
            return list
        }
        return DiskTranscriptCache(folder, list, clock, pool)
    }

    public func transcript(for key: String) async -> Transcript? {
        let found = await peek(key)
        if found == nil { misses += 1 } else { hits += 1 }
        return found
    }

    public func peek(_ key: String) async -> Transcript? {
        guard EntryFile.isName(key), list.use(key, now: clock.now().monotonic) else {
            await remove(key)
            return nil
        }
        let folder = folder
        guard let found = try? await pool.run({ EntryFile.read(key, in: folder) }) else {
            await remove(key)
            return nil
        }
        return found
    }

    public func store(_ transcript: Transcript, for key: String) async {
        guard EntryFile.isName(key) else { return }
        let folder = folder
        // A cache that cannot write is a slow cache, not an error.
        guard let bytes = try? await pool.run({ EntryFile.write(transcript, for: key, in: folder) }) else { return }
        let evicted = list.insert(key, bytes: bytes, now: clock.now().monotonic)
        evictions += evicted.count
        _ = try? await pool.run { for key in evicted { EntryFile.remove(key, in: folder) } }
    }

    public func remove(_ key: String) async {
        guard EntryFile.isName(key) else { return }
        _ = list.remove(key)
        let folder = folder
        _ = try? await pool.run { EntryFile.remove(key, in: folder) }
    }

    public func clear() async {
        list.removeAll()
        let folder = folder
        _ = try? await pool.run { for file in EntryFile.all(in: folder) { EntryFile.remove(file.key, in: folder) } }
    }

    public func statistics() -> CacheStatistics {
        list.statistics(hits: hits, misses: misses, evictions: evictions)
    }
}
