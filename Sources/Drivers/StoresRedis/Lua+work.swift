extension Lua {
    /// ARGV: node, owner that no limit binds, per owner, per batch, lease, engines (a line each; '' for all), lanes.
    static let claim = RedisScriptText(
        "allow-oom",
        records + """
            if call('HGET', k('queue'), 'paused') == '1' then return false end
            local node, free, perOwner, perBatch = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
            local tick, wall = clock()
            for _, id in ipairs(call('ZRANGEBYSCORE', k('retry'), '-inf', num(tick))) do
                local x = load(id)
                call('ZREM', k('retry'), id)
                call('ZADD', k('waited'), num(x[NOTB] or 0), id)
                joinLine(id, x)
            end
            local full = {}
            local batches = call('HGETALL', k('batches'))
            for i = 1, #batches, 2 do
                if tonumber(batches[i + 1]) >= perBatch then full[batches[i]], full[1] = true, true end
            end
            if perBatch <= 0 then full[1] = true end
            local engines
            if ARGV[7] ~= '' then
                engines = {}
                for name in ARGV[7]:gmatch('[^\\n]+') do engines[name] = true end
            end
            -- Orders are few, so each is read once.
            local fit = {}
            local function fits(x)
                if not engines then return true end
                if fit[x[ORDER]] == nil then
                    local what = cjson.decode(order(x))
                    fit[x[ORDER]] = engines[what.engine .. '/' .. what.model] or engines[what.engine .. '/*'] or false
                end
                return fit[x[ORDER]]
            end
            local function blocked(x)
                return (x[BATCH] and (perBatch <= 0 or full[x[BATCH]])) or not fits(x)
            end

            -- The first of a line whose batch has room and that fits: score, member, record.
            local function eligible(lane, at, owner, score)
                local start, name = 0, line(lane, at, owner)
                if not full[1] then
                    local first = call('ZRANGE', name, 0, 0)[1]
                    local x = load(first:sub(17))
                    if fits(x) then return score, first, x end
                end
                while true do
                    local some = call('ZRANGE', name, start, start + 49, 'WITHSCORES')
                    if #some == 0 then return nil end
                    for i = 1, #some, 2 do
                        local x = load(some[i]:sub(17))
                        if not blocked(x) then return tonumber(some[i + 1]), some[i], x end
                    end
                    start = start + 50
                end
            end
            local running = {}
            local function hasRoom(owner)
                if owner == free then return true end
                if running[owner] == nil then
                    running[owner] = tonumber(call('HGET', k('running'), owner) or 0) < perOwner
                end
                return running[owner]
            end
            local function before(score, order, member, best)
                if not best then return true end
                if score ~= best[1] then return score < best[1] end
                if order ~= best[2] then return order < best[2] end
                return member < best[3]
            end
            -- Heads come most urgent first, so the search ends as soon as no head can be better.
            local function search(lane, at, best)
                local start = 0
                while true do
                    local heads = call('ZRANGE', k('h:' .. lane .. ':' .. at), start, start + 15, 'WITHSCORES')
                    if #heads == 0 then return best end
                    for i = 1, #heads, 2 do
                        local order, owner, score = heads[i]:sub(1, 16), heads[i]:sub(17), tonumber(heads[i + 1])
                        if best and (score > best[1] or (score == best[1] and order > best[2])) then return best end
                        if hasRoom(owner) then
                            local found, member, x = eligible(lane, at, owner, score)
                            if found and before(found, order, member, best) then best = {found, order, member, x} end
                        end
                    end
                    start = start + 16
                end
            end

            for i = 8, #ARGV do
                local best = search(ARGV[i], '', nil)
                if call('SISMEMBER', k('places'), node) == 1 then best = search(ARGV[i], node, best) end
                if best then
                    local xid, x = best[3]:sub(17), best[4]
                    local old = copy(x)
                    x[STATE], x[ATT], x[NOTB], x[LEASE], x[BEGUN] = 'r', x[ATT] + 1, false, tick + ARGV[6], wall
                    x[CLAIMED], x[FIRST], x[DONE] = tick, x[FIRST] or wall, 0
                    local jobs = loadJobs(x)
                    put(xid, x, old, jobs)
                    setTurn(x[LANE], x[OWNER], nextSeq())
                    local reply = {xid, out(x)}
                    for n, j in ipairs(jobs) do
                        if not j[JGONE] then
                            reply[#reply + 1] = x[JOBS][n]
                            reply[#reply + 1] = enc(j)
                        end
                    end
                    return reply
                end
            end
            return false
            """)

    static let nextDue = RedisScriptText(
        "allow-oom",
        records + """
            local tick, first = clock(), nil
            for _, name in ipairs({'retry', 'waited', 'leases'}) do
                local score = tonumber(call('ZRANGE', k(name), 0, 0, 'WITHSCORES')[2] or nil)
                if score and (not first or score < first) then first = score end
            end
            return first and num(math.max(0, first - tick))
            """)

    /// ARGV: execution, attempt, lease, done, total or '', lane.
    static let heartbeat = RedisScriptText(
        "allow-oom",
        records + """
            local x = held(ARGV[2], ARGV[3])
            if not x then return false end
            local old, tick = copy(x), clock()
            x[LEASE] = tick + ARGV[4]
            x[DONE] = math.max(x[DONE], tonumber(ARGV[5]))
            if ARGV[6] ~= '' then x[TOTAL] = tonumber(ARGV[6]) end
            x[LANE] = tonumber(ARGV[7])
            enterLane(x, x[SEQ])
            put(ARGV[2], x, old)
            return {x[EPH] and 1 or 0, x[PRIO]}
            """)

    /// ARGV: execution, attempt, number, bytes.
    static let checkpoint = RedisScriptText(
        "",
        records + """
            local x = held(ARGV[2], ARGV[3])
            if not x then return false end
            if not x[EPH] then call('HSET', k('c:' .. ARGV[2]), ARGV[4], ARGV[5]) end
            return 1
            """)

    /// ARGV: execution, attempt.
    static let checkpoints = RedisScriptText(
        "no-writes", records + "return held(ARGV[2], ARGV[3]) and call('HGETALL', k('c:' .. ARGV[2]))")

    /// ARGV: execution, attempt.
    static let discard = RedisScriptText(
        "allow-oom",
        records + """
            if not held(ARGV[2], ARGV[3]) then return false end
            call('DEL', k('c:' .. ARGV[2]))
            return 1
            """)

    static let reclaim = RedisScriptText(
        "allow-oom",
        records + """
            local tick, found, reply = clock(), {}, {}
            for _, id in ipairs(call('ZRANGEBYSCORE', k('leases'), '-inf', num(tick))) do
                found[#found + 1] = {id, load(id)}
            end
            table.sort(found, function(a, b) return a[2][SEQ] < b[2][SEQ] end)
            for _, one in ipairs(found) do
                local id, x = one[1], one[2]
                local old = copy(x)
                x[STATE], x[LEASE], x[NOTB] = 'q', false, false
                put(id, x, old)
                reply[#reply + 1] = id
            end
            return reply
            """)
}
