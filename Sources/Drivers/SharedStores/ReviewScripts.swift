internal import Redis

/// What happens to reviews within the server, each script at once. `KEYS[1]` is the beginning of every key.
///
/// The index of an owner is a sorted set without scores whose members are a word, how often it occurs, and the text's
/// number, with a zero byte between them: in the order of their bytes, so that words are found by their beginnings.
enum ReviewScripts {
    private static let common = """
        local function key(name) return KEYS[1] .. ':' .. name end
        -- All jobs of which something is known, in the order in which they are looked after.
        local function know(job)
            if not redis.call('ZSCORE', key('jobs'), job) then
                redis.call('ZADD', key('jobs'), redis.call('INCR', key('turn')), job)
            end
        end

        """

    static let review = RedisScript(
        common + "return redis.call('HMGET', key('review:' .. ARGV[1]), 'body', 'version')")

    static let change = RedisScript(
        common + OneTime.lua + """
            local name = key('review:' .. ARGV[2])
            if (redis.call('HGET', name, 'version') or '') ~= ARGV[3] then return 0 end
            redis.call('HINCRBY', name, 'version', 1)
            redis.call('HSET', name, 'body', ARGV[4])
            know(ARGV[2])
            return done(1)
            """)

    private static let indexing = """
        local function members(list, number, what)
            local members = {}
            local function flush()
                if #members > 0 then what(members) end
                members = {}
            end
            for item in string.gmatch(list, '[^\\n]+') do
                members[#members + 1] = item .. '\\0' .. number
                if #members == 500 then flush() end
            end
            flush()
        end
        local function unindex(job)
            local name = key('entry:' .. job)
            local old = redis.call('HMGET', name, 'owner', 'number', 'words')
            if not old[1] then return end
            members(old[3], old[2], function(found) redis.call('ZREM', key('words:' .. old[1]), unpack(found)) end)
            redis.call('HDEL', key('numbers'), old[2])
            redis.call('DEL', name)
            if redis.call('EXISTS', key('words:' .. old[1])) == 0 then redis.call('SREM', key('owners'), old[1]) end
        end

        """

    /// Job, owner, text, summary, and words with how often each occurs, one on each line.
    static let index = RedisScript(
        common + indexing + """
            local job, owner, text, summary, words = unpack(ARGV)
            unindex(job)
            local number = redis.call('INCR', key('number'))
            redis.call('HSET', key('entry:' .. job), 'owner', owner, 'number', number, 'text', text,
                'summary', summary, 'words', words)
            redis.call('HSET', key('numbers'), number, job)
            redis.call('SADD', key('owners'), owner)
            members(words, number, function(found)
                local pairs = {}
                for _, member in ipairs(found) do
                    pairs[#pairs + 1] = 0
                    pairs[#pairs + 1] = member
                end
                redis.call('ZADD', key('words:' .. owner), unpack(pairs))
            end)
            know(job)
            """)

    static let summaries = RedisScript(
        common + """
            local found = {}
            for _, job in ipairs(ARGV) do found[#found + 1] = redis.call('HGET', key('entry:' .. job), 'summary') end
            return found
            """)

    /// Owner, whether all owners are meant, how many, and words, the last a beginning. Jobs and their texts, the best
    /// first: rare words count more, and a word that comes often counts a little more (as in Okapi BM25).
    static let search = RedisScript(
        common + """
            local owners = ARGV[2] == '1' and redis.call('SMEMBERS', key('owners')) or {ARGV[1]}
            local total = redis.call('HLEN', key('numbers'))
            local function texts(owner, word, isBeginning)
                local last = isBeginning and '\\255' or '\\0\\255'
                local found, count = {}, 0
                for _, member in ipairs(redis.call('ZRANGEBYLEX', key('words:' .. owner),
                    '[' .. word .. (isBeginning and '' or '\\0'), '[' .. word .. last, 'LIMIT', 0, 50000)) do
                    local times, number = string.match(member, '%z(%d+)%z(%d+)$')
                    if not found[number] then count = count + 1 end
                    found[number] = (found[number] or 0) + tonumber(times)
                end
                return found, math.log(1 + total / (count + 1))
            end
            local scores = {}
            for _, owner in ipairs(owners) do
                local all
                for index = 4, #ARGV do
                    local found, weight = texts(owner, ARGV[index], index == #ARGV)
                    local both = {}
                    for number, times in pairs(found) do
                        local before = all and all[number]
                        if not all or before then
                            both[number] = (before or 0) + weight * times / (times + 1.2)
                        end
                    end
                    all = both
                    if next(all) == nil then break end
                end
                for number, score in pairs(all) do scores[#scores + 1] = {score, tonumber(number)} end
            end
            table.sort(scores, function(a, b)
                if a[1] ~= b[1] then return a[1] > b[1] end
                return a[2] > b[2]
            end)
            local hits = {}
            for index = 1, math.min(#scores, tonumber(ARGV[3])) do
                local job = redis.call('HGET', key('numbers'), scores[index][2])
                local text = job and redis.call('HGET', key('entry:' .. job), 'text')
                if text then
                    hits[#hits + 1] = job
                    hits[#hits + 1] = text
                end
            end
            return hits
            """)

    private static let sharing = """
        local function withdraw(token)
            local job = redis.call('HGET', key('share:' .. token), 'job')
            if job then redis.call('ZREM', key('shares:' .. job), token) end
            redis.call('ZREM', key('share-ends'), token)
            redis.call('DEL', key('share:' .. token))
        end

        """

    /// Token, job, body, its end, and before which end (`(` and seconds) others are not worth keeping.
    static let publish = RedisScript(
        common + sharing + """
            local name = key('share:' .. ARGV[1])
            if redis.call('EXISTS', name) == 0 then
                redis.call('ZADD', key('shares:' .. ARGV[2]), redis.call('INCR', key('number')), ARGV[1])
            end
            redis.call('HSET', name, 'job', ARGV[2], 'body', ARGV[3])
            redis.call('ZADD', key('share-ends'), ARGV[4], ARGV[1])
            for _, token in ipairs(redis.call('ZRANGEBYSCORE', key('share-ends'), '-inf', ARGV[5], 'LIMIT', 0, 100)) do
                withdraw(token)
            end
            know(ARGV[2])
            """)

    static let share = RedisScript(common + "return redis.call('HGET', key('share:' .. ARGV[1]), 'body')")

    static let shares = RedisScript(
        common + """
            local found = {}
            for _, token in ipairs(redis.call('ZRANGE', key('shares:' .. ARGV[1]), 0, -1, 'REV')) do
                found[#found + 1] = redis.call('HGET', key('share:' .. token), 'body')
            end
            return found
            """)

    static let withdraw = RedisScript(
        common + OneTime.lua + sharing + """
            if redis.call('HGET', key('share:' .. ARGV[2]), 'job') ~= ARGV[3] then return 0 end
            withdraw(ARGV[2])
            return done(1)
            """)

    static let forget = RedisScript(
        common + indexing + sharing + """
            unindex(ARGV[1])
            redis.call('DEL', key('review:' .. ARGV[1]))
            for _, token in ipairs(redis.call('ZRANGE', key('shares:' .. ARGV[1]), 0, -1)) do withdraw(token) end
            redis.call('ZREM', key('jobs'), ARGV[1])
            """)

    /// The jobs that were looked after the longest time ago; they come last from now on.
    static let next = RedisScript(
        common + """
            local jobs = redis.call('ZRANGE', key('jobs'), 0, ARGV[1] - 1)
            for _, job in ipairs(jobs) do redis.call('ZADD', key('jobs'), redis.call('INCR', key('turn')), job) end
            return jobs
            """)
}
