/// Makes a script that may not happen twice one that may be sent twice: the server keeps, for longer than any call
/// takes, what came of a call's token, and says that instead of doing it again.
enum OneTime {
    static func token() -> String {
        String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// For scripts whose first argument is the token, and that have a function `key`.
    static let lua = """
        local token = key('done:' .. ARGV[1])
        local before = redis.call('GET', token)
        if before then return tonumber(before) end
        local function done(result)
            redis.call('SET', token, result, 'PX', 30000)
            return result
        end

        """
}
