extension Lua {
    /// ARGV: owner or '', batch or '', states as letters, limit.
    static let jobs = RedisScriptText(
        "no-writes",
        records + """
            local owner, batch, states, limit = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
            local name = batch ~= '' and 'jb:' .. batch or owner ~= '' and 'jo:' .. owner or 'jobs'
            local last, found = '+', {}
            while #found < limit do
                local some = call('XREVRANGE', k(name), last, '-', 'COUNT', 200)
                for _, entry in ipairs(some) do
                    local id = entry[2][2]
                    local j = loadJob(id)
                    if #found < limit and (owner == '' or j[JOWNER] == owner) then
                        local x = load(j[JEXEC])
                        local state = j[JGONE] and 'c' or x[STATE]
                        if states:find(state, 1, true) then found[#found + 1] = view(id, j, x) end
                    end
                end
                if #some < 200 then break end
                last = '(' .. some[#some][1]
            end
            return found
            """)

    /// ARGV: job.
    static let position = RedisScriptText(
        "allow-oom",
        records + """
            local j = loadJob(ARGV[2])
            local x = j and not j[JGONE] and load(j[JEXEC])
            if not x or not waits(x[STATE]) then return false end
            local xid, lane, owner, rank = j[JEXEC], x[LANE], x[OWNER], 0
            local mine, member = -x[PRIO], pad(x[SEQ]) .. j[JEXEC]
            for _, at in ipairs(places()) do
                local name = line(lane, at, owner)
                local present = call('ZRANK', name, member)
                if present then
                    rank = rank + present
                else
                    -- Only so can the server say where it would stand.
                    call('ZADD', name, mine, member)
                    rank = rank + call('ZRANK', name, member)
                    call('ZREM', name, member)
                end
            end
            for _, id in ipairs(call('ZRANGE', k('retry'), 0, -1)) do
                local y = load(id)
                if id ~= xid and y[LANE] == lane and y[OWNER] == owner
                    and (y[PRIO] > x[PRIO] or (y[PRIO] == x[PRIO] and y[SEQ] < x[SEQ])) then rank = rank + 1 end
            end
            local turns, sum = turn(lane, owner) or -math.huge, rank
            local lines = call('HGETALL', k('n:' .. lane))
            for i = 1, #lines, 2 do
                if lines[i] ~= owner then
                    local first = (turn(lane, lines[i]) or -math.huge) < turns
                    sum = sum + math.min(tonumber(lines[i + 1]), rank + (first and 1 or 0))
                end
            end
            return sum
            """)

    /// ARGV: before, how many to pass over, how many to look at.
    static let prune = RedisScriptText(
        "allow-oom",
        records + """
            local tick, wall = clock()
            local before, offset, size = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
            local some = call('ZRANGEBYSCORE', k('finished'), '-inf', '(' .. before, 'LIMIT', offset, size)
            local jobs, passed, found = 0, 0, {}
            for _, id in ipairs(some) do
                local x = load(id)
                local stays = x[STATE] == 's' and x[ENDED] + x[KTEXT] >= wall
                for _, job in ipairs(x[JOBS]) do
                    if call('HEXISTS', k('tellings'), job) == 1 then stays = true end
                end
                if stays then
                    passed = passed + 1
                else
                    -- Each removal makes a new list.
                    for _, job in ipairs(x[JOBS]) do
                        removeJob(job, loadJob(job), x)
                        jobs = jobs + 1
                    end
                    removeExecution(id, x)
                    if x[MEDIA] then found[#found + 1] = x[MEDIA] end
                end
            end
            return {#some, passed, jobs, found}
            """)

    /// ARGV: state, seconds, how many to pass over, how many to look at.
    static let release = RedisScriptText(
        "allow-oom",
        records + """
            local tick, wall = clock()
            local state, moment, offset = ARGV[2], num(wall - ARGV[3]), tonumber(ARGV[4])
            local some = call(
                'ZRANGEBYSCORE', k('withmedia'), '-inf', '(' .. moment, 'LIMIT', offset, tonumber(ARGV[5]))
            local passed, found = 0, {}
            for _, id in ipairs(some) do
                local x = load(id)
                if x[STATE] == state and (state ~= 's' or x[ENDED] + x[KMEDIA] < wall) then
                    local old = copy(x)
                    found[#found + 1] = x[MEDIA]
                    x[MEDIA] = false
                    put(id, x, old)
                else
                    passed = passed + 1
                end
            end
            return {#some, passed, found}
            """)

    /// ARGV: media that may be nobody's. Forgets turns of owners that have nothing any more, too.
    static let sweep = RedisScriptText(
        "allow-oom",
        records + """
            for lane = 0, 1 do
                for _, owner in ipairs(call('HKEYS', k('t:' .. lane))) do
                    if call('HEXISTS', k('owners'), owner) == 0 then call('HDEL', k('t:' .. lane), owner) end
                end
            end
            local free = {}
            for i = 2, #ARGV do
                if media(ARGV[i]) ~= '' then free[#free + 1] = ARGV[i] end
            end
            return free
            """)

    static let statistics = RedisScriptText(
        "no-writes",
        records + """
            local lanes = {}
            for lane = 0, 1 do
                local sum = 0
                for _, number in ipairs(call('HVALS', k('n:' .. lane))) do sum = sum + number end
                lanes[#lanes + 1] = sum
                lanes[#lanes + 1] = tonumber(call('HGET', k('queue'), 'running:' .. lane) or 0)
            end
            return {call('HGETALL', k('counts')), lanes, call('HGET', k('queue'), 'paused')}
            """)

    /// ARGV: limit, how many ids are passed over, the ids, receivers that take nothing.
    static let due = RedisScriptText(
        "no-writes",
        records + """
            local wall
            if ARGV[1] ~= '' then
                wall = tonumber(ARGV[1]:match('%S+ (%S+)'))
            else
                local t = call('TIME')
                wall = t[1] + t[2] / 1000000
            end
            local limit, ids, without, targets = tonumber(ARGV[2]), tonumber(ARGV[3]), {}, {}
            for i = 4, #ARGV do (i < 4 + ids and without or targets)[ARGV[i]] = true end
            local start, found, first = 0, {}, false
            while true do
                local some = call('ZRANGE', k('due'), start, start + 99, 'WITHSCORES')
                for i = 1, #some, 2 do
                    local name, moment = some[i]:sub(17), tonumber(some[i + 1])
                    local raw = call('HGET', k('tell'), name)
                    if not without[name] and not targets[dec(raw)[4]] then
                        first = first or num(math.max(0, moment - wall))
                        if moment > wall or #found >= 2 * limit then return {first, found} end
                        found[#found + 1] = name
                        found[#found + 1] = raw
                    end
                end
                if #some == 0 then return {first, found} end
                start = start + 100
            end
            """)

    /// ARGV: announcement, seconds.
    static let postpone = RedisScriptText(
        "allow-oom",
        records + """
            local raw = call('HGET', k('tell'), ARGV[2])
            if not raw then return 0 end
            local tick, wall = clock()
            local a = dec(raw)
            a[8], a[9] = a[8] + 1, wall + ARGV[3]
            call('HSET', k('tell'), ARGV[2], enc(a))
            call('ZADD', k('due'), 'XX', num(a[9]), pad(a[1]) .. ARGV[2])
            return 1
            """)

    /// ARGV: announcement. The next of the same job takes its place.
    static let told = RedisScriptText(
        "allow-oom",
        records + """
            local raw = call('HGET', k('tell'), ARGV[2])
            if not raw then return 0 end
            local a = dec(raw)
            call('ZREM', k('due'), pad(a[1]) .. ARGV[2])
            call('HDEL', k('tell'), ARGV[2])
            local rest = {}
            for _, name in ipairs(dec(call('HGET', k('tellings'), a[2]))) do
                if name ~= ARGV[2] then rest[#rest + 1] = name end
            end
            if #rest == 0 then
                call('HDEL', k('tellings'), a[2])
            else
                call('HSET', k('tellings'), a[2], enc(rest))
                local after = dec(call('HGET', k('tell'), rest[1]))
                call('ZADD', k('due'), num(after[9]), pad(after[1]) .. rest[1])
            end
            return 1
            """)
}
