import Settings
import Testing

@Suite("Settings of the server")
struct ServerSettingsTests {
    private func settings(_ environment: [String: String]) throws(SettingsError) -> Settings {
        try Settings(SettingsSource(environment: environment))
    }

    @Test("every default is the documented one")
    func defaults() throws {
        let settings = try settings([:])
        #expect(settings.server.host == "127.0.0.1" && settings.server.port == 8511)
        #expect(settings.server.decodesEarly && settings.server.device == .auto)
        #expect(settings.server.gpuMemoryThreshold == 0.9)
        let queue = settings.queue
        #expect((queue.workers, queue.retries, queue.retryDelay) == (5, 2, 5))
        #expect((queue.perUser, queue.waitingPerUser, queue.batchConcurrency) == (3, 1000, 3))
        #expect((queue.jobTimeout, queue.recycleAfter) == (1800, 10))
        #expect((queue.keepJobsHours, queue.keepMedia) == (24, 0))
        let cache = settings.cache
        #expect(cache.isEnabled && cache.kind == .memory)
        #expect((cache.entries, cache.megabytes, cache.seconds) == (100, 500, 604_800))
    }

    @Test("old names are understood")
    func aliases() throws {
        #expect(try !settings(["ENABLE_CACHE": "false"]).cache.isEnabled)
        #expect(try settings(["CACHE_SIZE": "7"]).cache.entries == 7)
        #expect(try settings(["CACHE_TTL_SECONDS": "60"]).cache.seconds == 60)
        #expect(try settings(["ENABLE_DISK_CACHE": "true"]).cache.kind == .disk)
        #expect(try settings(["STENTOR_KEEP_MEDIA": "7d"]).queue.keepMedia == 604_800)
        #expect(try settings(["STENTOR_KEEP_MEDIA": "0"]).queue.keepMedia == 0)
    }

    @Test("two names for one thing that differ are refused, and every problem is told at once")
    func contradictions() {
        let error = #expect(throws: SettingsError.self) {
            try settings([
                "CACHE_TTL": "1", "CACHE_TTL_SECONDS": "2", "CACHE_TYPE": "memory", "ENABLE_DISK_CACHE": "true",
                "QUEUE_MAX_WORKERS": "0", "STENTOR_PORT": "x", "CACHE_ENABLED": "maybe", "STENTOR_DEVICE": "tpu",
                "STENTOR_KEEP_MEDIA": "soon", "STENTOR_API_KEYS": "short", "STENTOR_TLS_KEY": "k",
            ])
        }
        #expect(error?.problems.count == 9)
    }

    @Test("a secret is printed nowhere")
    func secrets() throws {
        let settings = try settings(["STENTOR_API_KEYS": "0123456789abcdef, fedcba9876543210"])
        #expect(settings.server.apiKeys.map { $0.reveal() } == ["0123456789abcdef", "fedcba9876543210"])
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!dumped.contains("0123456789abcdef"))
        #expect(!"\(settings) \(String(reflecting: settings))".contains("0123456789abcdef"))
    }
}
