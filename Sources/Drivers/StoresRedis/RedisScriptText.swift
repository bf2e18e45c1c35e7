internal import Redis

/// One script of the queue.
struct RedisScriptText: Sendable {
    let script: RedisScript

    /// - Parameter flags: `no-writes`, `allow-oom` or none: then a full server refuses the script before it has begun,
    ///   so that nothing is done by halves
    ///   (https://redis.io/docs/latest/develop/interact/programmability/lua-api/#script_flags).
    init(_ flags: String, _ body: String) {
        script = RedisScript("#!lua" + (flags.isEmpty ? "" : " flags=" + flags) + "\n" + body)
    }
}
