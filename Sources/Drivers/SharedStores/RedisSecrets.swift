internal import Redis

/// What all nodes of an installation know and nobody else, such as the key that signs links.
public struct RedisSecrets: Sendable {
    private let place: SharedPlace

    public init(_ place: SharedPlace) { self.place = place }

    /// The value of this name, or this one when there is none yet: the first node decides for all.
    /// - Throws: when the server cannot be reached or refuses, with a sentence for the operator.
    public func value(_ name: String, fresh: String) async throws -> String {
        let found = try await place.client.run(
            Self.value, keys: [place.key("secrets")], [name, fresh], isIdempotent: true, within: SharedPlace.patience)
        guard let text = found.text, !text.isEmpty else { throw UnreadableReply(what: "a secret") }
        return text
    }

    private static let value = RedisScript(
        """
        redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
        return redis.call('HGET', KEYS[1], ARGV[1])
        """)
}
