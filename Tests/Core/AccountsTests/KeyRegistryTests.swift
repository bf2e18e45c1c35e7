import AccountStoreConformance
import Accounts
import Jobs
import Synchronization
import Testing

private final class HandClock: JobClock {
    private let wall = Mutex(1000.0)

    func now() -> JobInstant { wall.withLock { JobInstant(monotonic: $0, wall: $0) } }
    func advance(by seconds: Double) { wall.withLock { $0 += seconds } }
}

struct KeyRegistryTests {
    private let clock = HandClock()
    private let store = MemoryAPIKeyStore()

    private func registry() async throws -> KeyRegistry {
        // Not a digest: but as long as one, and different for different keys.
        try await KeyRegistry.open(store, clock: clock) { Array((Array($0.reversed()) + $0).prefix(32)) }
    }

    @Test(arguments: APIKeyStoreConformance.all.indices)
    func `the store in memory keeps the port's promises`(index: Int) async throws {
        try await APIKeyStoreConformance.all[index].check(MemoryAPIKeyStore())
    }

    @Test func `a key is kept as its digest alone`() async throws {
        let registry = try await registry()
        let made = try await registry.create(.init(name: "a", scopes: [.transcribe]))
        #expect(made.secret.hasPrefix("stentor-") && made.secret.count == 34)
        let kept = await store.keys()
        #expect(kept == [made.key])
        #expect(!"\(kept)".contains(made.secret))
        #expect(try await registry.create(.init(name: "a", scopes: [.transcribe])).secret != made.secret)
    }

    @Test func `what was closed stays closed when its last key goes, until the next start`() async throws {
        let registry = try await registry()
        #expect(registry.isOpen)
        let made = try await registry.create(.init(name: "a", scopes: [.admin]))
        #expect(!registry.isOpen)
        #expect(try await registry.revoke(made.key.id))
        #expect(try await registry.revoke(made.key.id) == false)
        #expect(registry.keys.isEmpty && !registry.isOpen)
        #expect(try await self.registry().isOpen)
    }

    @Test func `an expired key opens nothing, and keeps the door closed`() async throws {
        let made = try await registry().create(.init(name: "a", scopes: [.transcribe], days: 1))
        clock.advance(by: 86_399)
        #expect(try await registry().valid == [made.key])
        clock.advance(by: 1)
        let registry = try await registry()
        #expect(registry.valid.isEmpty && registry.keys == [made.key] && !registry.isOpen)
    }
}
