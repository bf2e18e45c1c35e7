import Accounts
import CSystem
import EventLoops
import HTTPClient
import HTTPRouting
import Jobs
import MediaStores
import ObjectStorage
import Redis
import Review
import Scheduling
import Settings
import SharedStores
import StoresSQLite
import Streaming
import Telemetry
import TranscriptCaches
import Transcription

import class SQLite.SQLiteDatabase

/// Where everything that is kept lies: on this machine, or where all nodes find it.
struct Stores: Sendable {
    let jobs: any JobStore
    let accounts: any AccountStore
    let links: any LinkStore
    let reviews: any ReviewStore
    let keys: any APIKeyStore
    let cache: any TranscriptCache
    let vault: any MediaVault
    /// Other nodes; `nil` when there are none.
    let nodes: Nodes?

    struct Nodes: Sendable {
        /// Of this process.
        let id: String
        let wire: any NewsWire
        let roll: any NodeRoll
        let known: KnownNodes
        /// Limits of clients that count for all nodes together, by a name for each kind.
        let buckets: @Sendable (String) -> any SharedBuckets
        let ledgers: RedisLedgers
        /// What all nodes know and nobody else: the value of this name, or this one when there is none yet.
        let secret: @Sendable (_ name: String, _ fresh: String) async throws -> String
    }

    /// Of servers in the network, after everything that uses them.
    let close: @Sendable () async -> Void

    /// In the data folder.
    static func embedded(_ settings: Settings, _ foundation: Foundation) async throws -> Stores {
        let database = foundation.database
        var redis: RedisClient?
        if settings.cache.isEnabled, settings.cache.kind == .redis, let address = settings.nodes.redis {
            redis = try Self.redis(address, on: foundation.loop)
        }
        return Stores(
            jobs: try await SQLiteJobStore.open(database, rules: foundation.rules, faults: foundation.faults),
            accounts: SQLiteAccountStore(database), links: SQLiteLinkStore(database),
            reviews: SQLiteReviewStore(database), keys: SQLiteAPIKeyStore(database),
            cache: try await cache(settings, foundation.clock, redis), vault: try vault(settings, foundation.client),
            nodes: nil, close: { [redis] in await redis?.close() })
    }

    /// What every store is built on.
    struct Foundation {
        let database: SQLiteDatabase
        let rules: JobRules
        let client: HTTPClient
        let loop: EventLoop
        let clock: SystemClock
        let faults: any FaultPoints
        let log: any EventLog
    }

    static func open(_ settings: Settings, _ foundation: Foundation) async throws -> Stores {
        switch settings.nodes.queue {
        case .embedded: try await embedded(settings, foundation)
        case .redis(let address): try await shared(settings, address, foundation)
        }
    }

    /// A request that asks several times is still refused within five seconds while nobody answers.
    static let redisPatience = Duration.seconds(3)

    static func redis(_ address: Secret, on loop: EventLoop) throws -> RedisClient {
        let parsed: RedisAddress
        do {
            parsed = try RedisAddress(address.reveal())
        } catch {
            // The address may hold a password; the error says only what is wrong with it.
            throw SettingsError(problems: ["REDIS_URL or STENTOR_JOBS is no address of a Redis: \(error)"])
        }
        var options = RedisOptions()
        options.deadline = redisPatience
        return try RedisClient(parsed, options: options, on: loop)
    }

    /// The data folder, one that all nodes mount, or a bucket.
    static func vault(_ settings: Settings, _ client: HTTPClient) throws -> any MediaVault {
        let largest = Int64(settings.server.maximumUploadMegabytes) * 1_000_000
        let nodes = settings.nodes
        if let folder = nodes.media, folder.hasPrefix("/") {
            return try FolderVault(folder: folder, maximumBytes: largest, isShared: true)
        }
        guard let media = nodes.media, let accessKey = nodes.accessKey, let secretKey = nodes.secretKey else {
            return try FolderVault(folder: "\(settings.dataFolder)/media", maximumBytes: largest)
        }
        guard let location = S3Location(media) else {
            throw SettingsError(problems: [
                "STENTOR_MEDIA must be as s3://bucket/prefix?endpoint=https://host:9000&region=name"
            ])
        }
        let bucket = S3Client(
            location, S3Credentials(accessKey: accessKey, secretKey: secretKey.reveal()), http: client
        ) { SystemClock().now().wall }
        return try S3Vault(bucket, folder: "\(settings.dataFolder)/spool", maximumBytes: largest) {
            SystemClock().now().wall
        }
    }

    static func cache(
        _ settings: Settings, _ clock: SystemClock, _ redis: RedisClient?
    ) async throws -> any TranscriptCache {
        guard settings.cache.isEnabled, settings.cache.entries > 0 else { return NoTranscriptCache() }
        let limits = CacheLimits(
            entries: settings.cache.entries, bytes: settings.cache.megabytes * 1_000_000,
            lifetime: settings.cache.seconds)
        switch settings.cache.kind {
        case .memory: return MemoryTranscriptCache(limits, clock: clock)
        case .disk:
            return try await DiskTranscriptCache.open(
                folder: "\(settings.dataFolder)/cache", limits, clock: clock)
        case .redis:
            guard let redis else { throw SettingsError(problems: ["CACHE_TYPE=redis needs REDIS_URL"]) }
            return try RedisTranscriptCache(redis, limits, clock: clock)
        }
    }
}
