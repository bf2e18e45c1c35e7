import EventLoops
import Jobs
import Redis
import Scheduling
import Settings
import SharedStores
import StoresRedis
import Telemetry

extension Stores {
    /// Where all nodes find it: in Redis, and in a bucket.
    static func shared(_ settings: Settings, _ address: Secret, _ foundation: Foundation) async throws -> Stores {
        let redis = try Self.redis(address, on: foundation.loop)
        do {
            for loss in try await RedisChecks.check(redis, acceptsLoss: settings.nodes.acceptsLoss) {
                foundation.log.note(LogEvent(.warning, "redis may lose jobs", ["reason": .text(loss)]))
            }
            return try await shared(settings, redis, foundation)
        } catch let unfit as RedisUnfit {
            await redis.close()
            throw SettingsError(problems: ["\(unfit) That is STENTOR_ACCEPT_LOSS=true."])
        } catch {
            await redis.close()
            throw error
        }
    }

    private static func shared(
        _ settings: Settings, _ redis: RedisClient, _ foundation: Foundation
    ) async throws -> Stores {
        let place = SharedPlace(redis, patience: redisPatience)
        let quick = SharedPlace(redis, patience: .milliseconds(500))
        let node = JobRules.randomExecutionID().text
        let wire = RedisNewsWire.open(place, node: node)
        let secrets = RedisSecrets(place)
        // The cache may be another Redis, which may forget.
        var cacheRedis = redis
        if let own = settings.nodes.redis, settings.nodes.queue != .redis(own) {
            cacheRedis = try Self.redis(own, on: foundation.loop)
        }
        let jobs = RedisJobStore(redis, rules: foundation.rules, node: node)
        return Stores(
            jobs: jobs, accounts: RedisAccountStore(place), links: RedisLinkStore(place),
            reviews: RedisReviewStore(place) { ids in
                var living: Set<JobID> = []
                for id in ids where try await jobs.job(id, owner: nil) != nil { living.insert(id) }
                return living
            },
            keys: RedisAPIKeyStore(place),
            cache: try await cache(settings, foundation.clock, cacheRedis),
            vault: try vault(settings, foundation.client),
            nodes: Nodes(
                id: node, wire: wire, roll: RedisNodeRoll(place), known: KnownNodes(RedisNodeRoll(quick)),
                buckets: { RedisBuckets(place, name: $0) }, ledgers: RedisLedgers(place),
                secret: { try await secrets.value($0, orElse: $1) }),
            close: { [cacheRedis] in
                await wire.close()
                await redis.close()
                await cacheRedis.close()
            })
    }
}
