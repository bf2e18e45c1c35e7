/// What several machines share: nothing, unless the operator names it.
public struct NodeSettings: Sendable, Hashable {
    /// Where jobs, accounts and links are.
    public enum Queue: Sendable, Hashable {
        /// SQLite in the data folder.
        case embedded
        /// `STENTOR_JOBS=redis`, at `REDIS_URL`.
        case redis(Secret)
    }

    public var queue: Queue
    /// `REDIS_URL` (`CELERY_BROKER_URL`, `CELERY_RESULT_BACKEND`), for whatever uses Redis.
    public var redis: Secret?
    /// `STENTOR_ACCEPT_LOSS=true`: a Redis that may forget what it acknowledged is used all the same.
    public var acceptsLoss: Bool
    /// `STENTOR_MEDIA`: `s3://bucket/prefix?endpoint=…&region=…`, or a folder that all machines mount; `nil` is the
    /// data folder.
    public var media: String?
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    public var accessKey: String?
    public var secretKey: Secret?

    public var isShared: Bool { queue != .embedded }

    init(_ reader: inout SettingsReader) {
        redis = Self.address(&reader)
        acceptsLoss = reader.flag("STENTOR_ACCEPT_LOSS") ?? false
        media = reader.text("STENTOR_MEDIA")
        accessKey = reader.text("AWS_ACCESS_KEY_ID")
        secretKey = reader.text("AWS_SECRET_ACCESS_KEY").map { Secret($0) }
        queue = .embedded
        queue = queue(&reader)
        if let media {
            let isBucket = media.hasPrefix("s3://")
            if !isBucket, !media.hasPrefix("/") {
                reader.complain("STENTOR_MEDIA must begin with s3://, or be the path of a folder")
            }
            if isBucket, accessKey == nil || secretKey == nil {
                reader.complain("STENTOR_MEDIA needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
            }
        }
        if isShared, media == nil {
            reader.complain("STENTOR_JOBS=redis needs STENTOR_MEDIA: media must lie where all machines can read it")
        }
    }

    private func queue(_ reader: inout SettingsReader) -> Queue {
        switch reader.text("STENTOR_JOBS") {
        case nil, "sqlite": return .embedded
        case "redis":
            if let redis { return .redis(redis) }
            reader.complain("STENTOR_JOBS=redis needs REDIS_URL")
        case let text? where Self.schemes.contains { text.hasPrefix($0) }: return .redis(Secret(text))
        default: reader.complain("STENTOR_JOBS must be sqlite or redis")
        }
        return .embedded
    }

    private static let schemes = ["redis://", "rediss://", "redis-sentinel://"]

    private static func address(_ reader: inout SettingsReader) -> Secret? {
        for name in ["REDIS_URL", "CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"] {
            guard let text = reader.text(name) else { continue }
            if schemes.contains(where: { text.hasPrefix($0) }) { return Secret(text) }
            // Brokers of other kinds are none of ours.
            if name == "REDIS_URL" {
                reader.complain("REDIS_URL must begin with redis://, rediss:// or redis-sentinel://")
            }
        }
        return nil
    }
}
