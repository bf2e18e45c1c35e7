import Settings
import Testing

@Suite("What several machines share")
struct NodeSettingsTests {
    private func settings(_ variables: [String: String]) throws -> Settings {
        try Settings(SettingsSource(environment: variables))
    }

    private static let keys = ["AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "STENTOR_MEDIA": "s3://media"]

    @Test("nothing, unless it is asked for")
    func alone() throws {
        let settings = try settings([:])
        #expect(settings.nodes.queue == .embedded && !settings.nodes.isShared && settings.cache.kind == .memory)
        #expect(try self.settings(["STENTOR_JOBS": "sqlite"]).nodes.queue == .embedded)
    }

    @Test("the queue in Redis, by its own address or by the common one, brings the cache with it")
    func redis() throws {
        var variables = Self.keys.merging(["STENTOR_JOBS": "redis", "REDIS_URL": "redis://one"]) { $1 }
        let first = try settings(variables)
        #expect(first.nodes.queue == .redis(Secret("redis://one")) && first.cache.kind == .redis)
        variables["CACHE_TYPE"] = "memory"
        #expect(try settings(variables).cache.kind == .memory)
        variables["STENTOR_JOBS"] = "rediss://two"
        #expect(try settings(variables).nodes.queue == .redis(Secret("rediss://two")))
        variables["REDIS_URL"] = nil
        variables["STENTOR_JOBS"] = "redis"
        variables["CELERY_BROKER_URL"] = "redis://three"
        #expect(try settings(variables).nodes.queue == .redis(Secret("redis://three")))
    }

    @Test("media may lie in a folder that all machines mount")
    func folder() throws {
        let settings = try settings(["STENTOR_JOBS": "redis://one", "STENTOR_MEDIA": "/mnt/media"])
        #expect(settings.nodes.media == "/mnt/media" && settings.nodes.isShared)
    }

    @Test("a node may leave all work to others, but not when there are none")
    func noWorkers() throws {
        let shared = Self.keys.merging(["STENTOR_JOBS": "redis://one", "QUEUE_MAX_WORKERS": "0"]) { $1 }
        #expect(try settings(shared).queue.workers == 0)
        #expect(throws: SettingsError.self) { try settings(["QUEUE_MAX_WORKERS": "0"]) }
    }

    @Test(
        "what does not fit together is refused with what to do",
        arguments: [
            ["STENTOR_JOBS": "redis"], ["STENTOR_JOBS": "kafka"], ["REDIS_URL": "http://host"],
            ["STENTOR_JOBS": "redis://host"], ["STENTOR_MEDIA": "s3://media"],
            ["STENTOR_MEDIA": "media"],
            ["STENTOR_MEDIA": "ftp://x", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"],
            ["CACHE_TYPE": "redis"],
        ])
    func refused(variables: [String: String]) {
        #expect(throws: SettingsError.self) { try settings(variables) }
    }

    @Test("addresses hold passwords, and are never printed")
    func secrets() throws {
        let settings = try settings(
            Self.keys.merging(["STENTOR_JOBS": "redis://user:planted-secret@host"]) { $1 })
        #expect(!"\(settings)".contains("planted-secret"))
    }
}
