internal import Redis

/// What happens to links within the server, each script at once. `KEYS[1]` is the beginning of every key.
enum LinkScripts {
    private static let common = """
        local function key(name) return KEYS[1] .. ':' .. name end
        local function add(found, id)
            local parts = redis.call('HMGET', key('record:' .. id), 'body', 'revoked')
            if not parts[1] then return end
            found[#found + 1] = parts[1]
            found[#found + 1] = parts[2]
        end

        """

    /// Seven words from `at`; a record that is there stays as it is.
    private static let inserting = """
        local function insert(at)
            local id, body, owner, batch, message, expires, revoked = unpack(ARGV, at, at + 6)
            local name = key('record:' .. id)
            if redis.call('EXISTS', name) == 1 then return end
            local number = redis.call('INCR', key('number'))
            redis.call('HSET', name, 'body', body, 'owner', owner, 'batch', batch, 'revoked', revoked)
            redis.call('ZADD', key(owner), number, id)
            if batch ~= '' then redis.call('ZADD', key(batch), message, id) end
            if expires ~= '' then redis.call('ZADD', key('ends'), expires, id) end
            if revoked == '0' then redis.call('INCR', key('count')) end
        end

        """

    static let publish = RedisScript(
        common + inserting + """
            insert(1)
            local found = {}
            add(found, ARGV[1])
            return found
            """)

    static let record = RedisScript(
        common + """
            local found = {}
            add(found, ARGV[1])
            return found
            """)

    static let revoke = RedisScript(
        common + """
            local name = key('record:' .. ARGV[1])
            local parts = redis.call('HMGET', name, 'owner', 'revoked')
            if not parts[1] or (ARGV[2] ~= '' and parts[1] ~= ARGV[2]) then return 0 end
            if parts[2] == '0' then
                redis.call('HSET', name, 'revoked', 1)
                redis.call('DECR', key('count'))
            end
            return 1
            """)

    static let newest = RedisScript(
        common + """
            local found = {}
            for _, id in ipairs(redis.call('ZRANGE', key(ARGV[1]), 0, ARGV[2], 'REV')) do add(found, id) end
            return found
            """)

    static let all = RedisScript(
        common + """
            local found = {}
            for _, id in ipairs(redis.call('ZRANGE', key(ARGV[1]), 0, -1)) do add(found, id) end
            return found
            """)

    static let put = RedisScript(
        common + inserting + """
            local id = ARGV[1]
            redis.call('HSET', key('batches'), id, ARGV[2])
            if ARGV[3] == '1' then
                redis.call('ZREM', key('over'), id)
                if not redis.call('ZSCORE', key('open'), id) then
                    redis.call('ZADD', key('open'), redis.call('INCR', key('number')), id)
                end
            else
                redis.call('ZREM', key('open'), id)
                redis.call('ZADD', key('over'), ARGV[4], id)
            end
            for at = 5, #ARGV, 7 do insert(at) end
            """)

    static let batch = RedisScript(common + "return redis.call('HGET', key('batches'), ARGV[1])")

    static let openBatches = RedisScript(
        common + """
            local found = {}
            for _, id in ipairs(redis.call('ZRANGE', key('open'), 0, -1)) do
                found[#found + 1] = redis.call('HGET', key('batches'), id)
            end
            return found
            """)

    static let counts = RedisScript(
        common + "return {tonumber(redis.call('GET', key('count')) or '0'), redis.call('HLEN', key('batches'))}")

    /// Takes a few of what is from before a time (`(` and seconds); how many there were.
    static let prune = RedisScript(
        common + """
            local links = redis.call('ZRANGEBYSCORE', key('ends'), '-inf', ARGV[1], 'LIMIT', 0, 500)
            for _, id in ipairs(links) do
                local name = key('record:' .. id)
                local parts = redis.call('HMGET', name, 'owner', 'batch', 'revoked')
                if parts[1] then redis.call('ZREM', key(parts[1]), id) end
                if parts[2] and parts[2] ~= '' then redis.call('ZREM', key(parts[2]), id) end
                if parts[3] == '0' then redis.call('DECR', key('count')) end
                redis.call('DEL', name)
                redis.call('ZREM', key('ends'), id)
            end
            local batches = redis.call('ZRANGEBYSCORE', key('over'), '-inf', ARGV[1], 'LIMIT', 0, 500)
            for _, id in ipairs(batches) do
                redis.call('HDEL', key('batches'), id)
                redis.call('ZREM', key('over'), id)
            end
            return #links + #batches
            """)
}
