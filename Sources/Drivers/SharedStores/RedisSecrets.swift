internal import Redis

/// Values that all nodes know and nobody else: whoever asks first makes them.
public struct RedisSecrets: Sendable {
    private let place: SharedPlace

    public init(_ place: SharedPlace) { self.place = place }

    /// The value of this name; `fresh`, when there is none yet. Throws `RedisError`.
    public func value(_ name: String, orElse fresh: String) async throws -> String {
        let key = place.key("secret:\(name)")
        // Both may be repeated: what is there is never replaced.
        _ = try await place.client.call(
            RedisCommand("SET", key, fresh, "NX", isIdempotent: true), within: place.patience)
        let kept = try await place.client.call(
            RedisCommand("GET", key, isIdempotent: true), within: place.patience)
        guard let text = kept.text else { throw RedisError.malformed("no value where one was just written") }
        return text
    }
}
