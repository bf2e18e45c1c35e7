public import Accounts

/// What every store of keys must do; each check throws what it found.
public enum APIKeyStoreConformance {
    public typealias Check = @Sendable (any APIKeyStore) async throws -> Void

    public static let all: [(name: String, check: Check)] = [
        ("keys come back as they were, oldest first", keeps),
        ("a removed key is gone, and only that one", removes),
    ]

    private static func key(_ number: UInt8) -> APIKey {
        APIKey(
            id: "key\(number)", name: "naïve \(number)", digest: [UInt8](repeating: number, count: 32),
            scopes: number == 1 ? [.transcribe] : [.transcribe, .admin], createdAt: Double(number),
            expiresAt: number == 2 ? 99.5 : nil, perMinute: number == 3 ? 60 : nil)
    }

    static func keeps(_ store: any APIKeyStore) async throws {
        for number in 1...3 as ClosedRange<UInt8> { try await store.add(key(number)) }
        let found = try await store.keys()
        try AccountStoreConformance.expect(found == [key(1), key(2), key(3)], "keys come back different")
    }

    static func removes(_ store: any APIKeyStore) async throws {
        for number in 1...2 as ClosedRange<UInt8> { try await store.add(key(number)) }
        let first = try await store.remove("key1")
        let again = try await store.remove("key1")
        let found = try await store.keys()
        try AccountStoreConformance.expect(first && !again, "removing does not say whether there was a key")
        try AccountStoreConformance.expect(found == [key(2)], "removing one key left \(found.map(\.id))")
    }
}
