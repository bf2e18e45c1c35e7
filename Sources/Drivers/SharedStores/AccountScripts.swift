internal import Redis

/// What happens to accounts within the server, each script at once. `KEYS[1]` is the beginning of every key.
enum AccountScripts {
    private static let common = """
        local function key(name) return KEYS[1] .. ':' .. name end

        """

    /// A token, the time, and then numbers with bodies; how many were new.
    static let receive = RedisScript(
        common + OneTime.lua + """
            local new = 0
            local last = tonumber(redis.call('HGET', key('last'), 'id') or '-inf')
            for index = 3, #ARGV, 2 do
                local id = ARGV[index]
                if redis.call('ZADD', key('received'), 'NX', ARGV[2], id) == 1 then
                    redis.call('ZADD', key('pending'), id, id)
                    redis.call('HSET', key('bodies'), id, ARGV[index + 1])
                    if tonumber(id) > last then
                        last = tonumber(id)
                        redis.call('HSET', key('last'), 'id', id, 'at', ARGV[2])
                    end
                    new = new + 1
                end
            end
            return done(new)
            """)

    static let last = RedisScript(common + "return redis.call('HMGET', key('last'), 'id', 'at')")

    /// Numbers with bodies: an order, where bodies are, after which, how many.
    static let numbered = RedisScript(
        common + """
            local found = {}
            local ids = redis.call('ZRANGEBYSCORE', key(ARGV[1]), ARGV[3], '+inf', 'LIMIT', 0, ARGV[4])
            for _, id in ipairs(ids) do
                found[#found + 1] = id
                found[#found + 1] = redis.call('HGET', key(ARGV[2]), id)
            end
            return found
            """)

    static let request = RedisScript(
        common + """
            local name = key('request:' .. ARGV[1])
            if redis.call('EXISTS', name) == 0 then return {} end
            return redis.call('HMGET', name, 'body', 'version')
            """)

    static let byStatus = RedisScript(
        common + """
            local job = redis.call('HGET', key('status'), ARGV[1])
            return job and redis.call('HGET', key('request:' .. job), 'body')
            """)

    static let requests = RedisScript(
        common + """
            local limit = tonumber(ARGV[2])
            local jobs
            if limit < 0 then jobs = redis.call('ZRANGE', key(ARGV[1]), 0, -limit - 1, 'REV')
            else jobs = redis.call('ZRANGE', key(ARGV[1]), 0, -1) end
            local found = {}
            for _, job in ipairs(jobs) do found[#found + 1] = redis.call('HGET', key('request:' .. job), 'body') end
            return found
            """)

    static let profile = RedisScript(
        common + """
            local p = redis.call('HMGET', key('preferences'), ARGV[1], ARGV[2])
            local u = redis.call('HMGET', key('usage'), ARGV[1] .. ':files', ARGV[1] .. ':seconds', ARGV[1] .. ':cost')
            return {p[1], p[2], u[1], u[2], u[3]}
            """)

    static let alias = RedisScript(common + "return redis.call('HGET', key('aliases'), ARGV[1])")

    static let figures = RedisScript(
        common + """
            local u = redis.call('HMGET', key('usage'), 'files', 'seconds', 'cost')
            return {redis.call('HLEN', key('people')), redis.call('ZCARD', key('open')), u[1], u[2], u[3]}
            """)

    private static let leaving = """
        local function unindex(job, name)
            local old = redis.call('HMGET', name, 'person', 'album', 'status', 'open')
            if old[1] and old[1] ~= '' then redis.call('ZREM', key(old[1]), job) end
            if old[2] and old[2] ~= '' then redis.call('ZREM', key(old[2]), job) end
            if old[3] and old[3] ~= '' and redis.call('HGET', key('status'), old[3]) == job then
                redis.call('HDEL', key('status'), old[3])
            end
            redis.call('ZREM', key('open'), job)
            redis.call('ZREM', key('done'), job)
        end
        local function forgetAlias(field)
            local old = redis.call('HGET', key('aliases'), field)
            if old then redis.call('SREM', key('alias:' .. old), field) end
            redis.call('HDEL', key('aliases'), field)
            redis.call('ZREM', key('alias-times'), field)
        end

        """

    /// A token; the update that is settled or nothing; how many requests must be as they were read, each with its version; the
    /// changes. 1 when they were made, 0 when the update was settled before, -1 when a request is another by now.
    static let apply = RedisScript(
        common + OneTime.lua + leaving + """
            local at = 1
            local function take() at = at + 1; return ARGV[at] end
            local update = take()
            local isStale = false
            for _ = 1, tonumber(take()) do
                local name, version = key('request:' .. take()), take()
                if (redis.call('HGET', name, 'version') or '') ~= version then isStale = true end
            end
            if update ~= '' and not redis.call('ZSCORE', key('pending'), update) then return 0 end
            if isStale then return -1 end
            if update ~= '' then
                redis.call('ZREM', key('pending'), update)
                redis.call('HDEL', key('bodies'), update)
            end
            local change = {}
            function change.person()
                local id, body, time = take(), take(), take()
                redis.call('HSET', key('people'), id, body)
                redis.call('ZADD', key('first-seen'), 'NX', time, id)
                redis.call('ZADD', key('last-seen'), time, id)
            end
            function change.put()
                local where, id, body = take(), take(), take()
                redis.call('HSET', key(where), id, body)
            end
            function change.request()
                local job, body, person, album, status, open, created =
                    take(), take(), take(), take(), take(), take(), take()
                local name = key('request:' .. job)
                unindex(job, name)
                local number = redis.call('HGET', name, 'number') or redis.call('INCR', key('requests'))
                redis.call('HINCRBY', name, 'version', 1)
                redis.call('HSET', name, 'number', number, 'body', body, 'person', person, 'album', album,
                    'status', status, 'open', open)
                redis.call('ZADD', key(person), number, job)
                if album ~= '' then redis.call('ZADD', key(album), number, job) end
                if status ~= '' then redis.call('HSET', key('status'), status, job) end
                if open ~= '' then redis.call('ZADD', key('open'), number, job)
                else redis.call('ZADD', key('done'), created, job) end
            end
            function change.message()
                local id = redis.call('INCR', key('message'))
                redis.call('ZADD', key('outbox'), id, id)
                redis.call('HSET', key('messages'), id, take())
            end
            function change.sent()
                local id = take()
                redis.call('ZREM', key('outbox'), id)
                redis.call('HDEL', key('messages'), id)
            end
            function change.usage()
                local id = take()
                for _, name in ipairs({'files', 'seconds', 'cost'}) do
                    local more = take()
                    redis.call('HINCRBYFLOAT', key('usage'), id .. ':' .. name, more)
                    redis.call('HINCRBYFLOAT', key('usage'), name, more)
                end
            end
            function change.alias()
                local field, target, time = take(), take(), take()
                forgetAlias(field)
                redis.call('HSET', key('aliases'), field, target)
                redis.call('ZADD', key('alias-times'), time, field)
                redis.call('SADD', key('alias:' .. target), field)
            end
            function change.forget()
                for _, field in ipairs(redis.call('SMEMBERS', key('alias:' .. take()))) do forgetAlias(field) end
            end
            while at < #ARGV do change[take()]() end
            return done(1)
            """)

    /// Takes a few of what is from before a time (`(` and seconds); how many there were.
    static let prune = RedisScript(
        common + leaving + """
            local count = 0
            local function old(name)
                local found = redis.call('ZRANGEBYSCORE', key(name), '-inf', ARGV[1], 'LIMIT', 0, 500)
                count = count + #found
                return found
            end
            for _, job in ipairs(old('done')) do
                local name = key('request:' .. job)
                unindex(job, name)
                redis.call('DEL', name)
            end
            for _, field in ipairs(old('alias-times')) do forgetAlias(field) end
            local last = redis.call('HGET', key('last'), 'id')
            local skipped = tonumber(redis.call('GET', key('prune-from')) or '0')
            local found = redis.call('ZRANGEBYSCORE', key('received'), '-inf', ARGV[1], 'LIMIT', skipped, 500)
            for _, id in ipairs(found) do
                if id ~= last and not redis.call('ZSCORE', key('pending'), id) then
                    redis.call('ZREM', key('received'), id)
                else
                    skipped = skipped + 1
                end
            end
            if #found == 500 then redis.call('SET', key('prune-from'), skipped)
            else redis.call('DEL', key('prune-from')) end
            return count + (#found == 500 and 1 or 0)
            """)
}
