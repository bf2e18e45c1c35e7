extension Lua {
    /// Announces the end of an execution to its jobs.
    /// In the record: sequence, job, callback, target, kind, failure, when, tries, due.
    private static let announcing = """
        local function announce(x, ids, jobs, wall, names)
            if x[STATE] ~= 's' and x[STATE] ~= 'f' then return 0 end
            local used = 0
            for i, j in ipairs(jobs) do
                if not j[JEPH] and j[JCALL] then
                    local seq = nextSeq()
                    used = used + 1
                    local name = 'msg_' .. (names[used] or (names[1] .. '.' .. used)) .. '_' .. num(seq)
                    local told = call('HGET', k('tellings'), ids[i])
                    local list = told and dec(told) or {}
                    list[#list + 1] = name
                    call('HSET', k('tellings'), ids[i], enc(list))
                    local kind = x[STATE] == 's' and 'completed' or 'failed'
                    call('HSET', k('tell'), name,
                        enc({seq, ids[i], j[JCALL], j[JTARGET], kind, x[FAIL], wall, 0, wall}))
                    if #list == 1 then call('ZADD', k('due'), num(wall), pad(seq) .. name) end
                end
            end
            return used
        end

        """

    private static let joining = """
        local function makeDurable(x, m)
            x[EPH] = false
            if (not x[MEDIA] or passing(x[MEDIA])) and m and not passing(m) then x[MEDIA] = m end
        end
        local function joinKeeping(x, y)
            x[KMEDIA] = math.max(x[KMEDIA], y[KMEDIA])
            x[KTEXT] = math.max(x[KTEXT], y[KTEXT])
        end
        local function unfinished(key)
            local id = key and call('HGET', k('keys'), key)
            if id then return id, load(id) end
        end

        """

    /// ARGV: job, its record and the execution's without numbers and moments, result or '', whether there is one, limit
    /// per owner, whether the length is known, names.
    static let submit = RedisScriptText(
        "",
        records + announcing + joining + """
            local id, j, x, m, known = ARGV[2], dec(ARGV[3]), dec(ARGV[4]), nil, ARGV[6] == '1'
            m = x[MEDIA]
            local old = loadJob(id)
            if old then
                local xid = old[JEXEC]
                local theirs = load(xid)
                if old[JOWNER] ~= j[JOWNER] or old[JDIGEST] ~= j[JDIGEST] or not theirs then return {'taken', 0} end
                -- The same call again, whose answer was lost.
                if old[JASKED] == j[JASKED] then return {old[JHOW], 1, view(id, old, theirs)} end
                if old[JEPH] and not j[JEPH] then
                    local before = copy(theirs)
                    old[JEPH] = false
                    makeDurable(theirs, m)
                    put(xid, theirs, before)
                    writeJob(id, old)
                end
                return {'repeated', 0, view(id, old, theirs)}
            end
            local tick, wall = clock()
            local names = {unpack(ARGV, 9)}
            local xid = names[1]
            if known then
                x[MADE], x[BEGUN], x[ENDED], j[JMADE], j[JEXEC], j[JHOW] = wall, wall, wall, wall, xid, 'queued'
                if j[JEPH] then return {'queued', 1, view(id, j, x)} end
                local seq = nextSeq()
                x[SEQ], j[JSEQ] = seq, seq
                x[JOBS] = {id}
                put(xid, x, nil)
                writeJob(id, j)
                indexJob(id, j)
                countJob(j, x[STATE], 1)
                call('SET', k('r:' .. xid), ARGV[5])
                local used = announce(x, {id}, {j}, wall, {unpack(names, 2)})
                return {'queued', 1 + used, view(id, j, x)}
            end
            local otherID, other = unfinished(x[KEY])
            if not (other and other[STATE] == 'r') then
                local waiting = tonumber(call('HGET', k('waiting'), j[JOWNER]) or 0)
                if waiting >= tonumber(ARGV[7]) then return {'full', 0} end
            end
            local seq = nextSeq()
            j[JSEQ], j[JMADE] = seq, wall
            if other then
                local before = copy(other)
                other[PRIO] = math.max(other[PRIO], x[PRIO])
                joinKeeping(other, x)
                if ARGV[8] == '1' then other[LANE] = math.min(other[LANE], x[LANE]) end
                if not j[JEPH] then makeDurable(other, m) end
                enterLane(other, seq)
                j[JEXEC], j[JHOW] = otherID, 'joined'
                writeJob(id, j)
                indexJob(id, j)
                before[JOBS] = other[JOBS]
                countJob(j, other[STATE], 1)
                listJob(other, id, seq)
                put(otherID, other, before)
                return {'joined', 0, view(id, j, other)}
            end
            x[SEQ], x[MADE], x[JOBS] = seq, wall, {id}
            enterLane(x, seq)
            put(xid, x, nil)
            j[JEXEC], j[JHOW] = xid, 'queued'
            writeJob(id, j)
            indexJob(id, j)
            countJob(j, x[STATE], 1)
            return {'queued', 1, view(id, j, x)}
            """)

    /// ARGV: execution, key, media, digest or '', whether durable, node.
    static let settle = RedisScriptText(
        "",
        records + joining + """
            local xid, key, m, digest, durable = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6] == '1'
            local x = load(xid)
            if not x or x[STATE] == 'f' or x[STATE] == 'c' then return {'gone'} end
            local otherID, other = unfinished(key)
            local before = copy(x)
            -- Who it is matters only for what one process alone holds.
            if passing(m) and x[NODE] == '' then x[NODE], before[NODE] = ARGV[7], ARGV[7] end
            if x[STATE] == 's' or not other or otherID == xid then
                x[KEY] = key
                local kind = x[MEDIA] and x[MEDIA]:sub(1, 1)
                if kind ~= 'k' and not (not kind and x[STATE] == 's') then x[MEDIA] = m end
                if durable then x[EPH] = false end
                put(xid, x, before)
                for i, j in ipairs(loadJobs(x)) do
                    if digest ~= '' then j[JDIGEST] = digest end
                    if durable then j[JEPH] = false end
                    writeJob(x[JOBS][i], j)
                end
                return {'kept'}
            end
            local tick, wall = clock()
            local otherBefore = copy(other)
            local took = (not other[MEDIA] or passing(other[MEDIA])) and not passing(m)
            if took then other[MEDIA] = m end
            joinKeeping(other, x)
            local ids, jobs = x[JOBS], loadJobs(x)
            for i, j in ipairs(jobs) do
                if not j[JGONE] then
                    local id = ids[i]
                    other[PRIO] = math.max(other[PRIO], j[JPRIO])
                    countJob(j, x[STATE], -1)
                    j[JEXEC] = otherID
                    if digest ~= '' then j[JDIGEST] = digest end
                    if durable then j[JEPH] = false end
                    if not j[JEPH] then other[EPH] = false end
                    writeJob(id, j)
                    countJob(j, otherBefore[STATE], 1)
                    unlistJob(x, id)
                    listJob(other, id, j[JSEQ])
                end
            end
            put(otherID, other, otherBefore)
            x[STATE], x[LEASE], x[NOTB], x[ENDED], x[MEDIA] = 'c', false, false, wall, false
            put(xid, x, before)
            call('DEL', k('c:' .. xid))
            if #x[JOBS] == 0 then removeExecution(xid, x) end
            return {'moved', otherID, took and 1 or 0}
            """)

    /// ARGV: execution, attempt, what ('s', 'f' or 'r'), result, seconds, failure, its kind, jitter, tries, delay, longest
    /// delay, deaths, seconds that media of successes and of failures is kept, names.
    static func finish(isGrowing: Bool) -> RedisScriptText {
        RedisScriptText(
            isGrowing ? "" : "allow-oom",
            records + announcing + """
                local xid, what = ARGV[2], ARGV[4]
                local x = held(xid, ARGV[3])
                if not x then return {'lost', 0} end
                local tick, wall = clock()
                local before = copy(x)
                local seconds = tonumber(ARGV[6])
                if what == 's' then
                    x[FAIL], x[STATE], x[LEASE], x[NOTB], x[ENDED] = false, 's', false, false, wall
                    x[DONE], x[TOTAL] = seconds, seconds
                elseif what == 'r' then
                    x[STATE], x[LEASE], x[NOTB] = 'q', false, false
                else
                    local kind = ARGV[8]
                    x[FAIL] = ARGV[7]
                    if kind == 'transient' then x[ERRS] = x[ERRS] + 1 end
                    if kind == 'crash' then x[CRASH] = x[CRASH] + 1 end
                    if kind == 'permanent' or x[ERRS] > tonumber(ARGV[10]) or x[CRASH] >= tonumber(ARGV[13]) then
                        x[STATE], x[LEASE], x[NOTB], x[ENDED] = 'f', false, false, wall
                    else
                        local wait = 0
                        if kind ~= 'crash' then
                            local doubled = math.pow(2, math.min(math.max(x[ERRS] - 1, 0), 20))
                            local jitter = math.min(math.max(tonumber(ARGV[9]), 0), 1)
                            wait = math.min(tonumber(ARGV[12]), tonumber(ARGV[11]) * doubled) * (0.5 + 0.5 * jitter)
                        end
                        x[STATE], x[LEASE], x[NOTB] = 'w', false, tick + wait
                    end
                end
                local released = false
                if isFile(x[MEDIA]) then
                    if x[STATE] == 's' and math.max(tonumber(ARGV[14]), x[KMEDIA]) <= 0 then released = x[MEDIA] end
                    if x[STATE] == 'f' and tonumber(ARGV[15]) <= 0 then released = x[MEDIA] end
                    if released then x[MEDIA] = false end
                end
                local rows, ids, jobs = loadJobs(x), {}, {}
                for i, j in ipairs(rows) do
                    if not j[JGONE] then ids[#ids + 1], jobs[#jobs + 1] = x[JOBS][i], j end
                end
                put(xid, x, before, rows)
                local seen = {out(x)}
                for i, j in ipairs(jobs) do
                    seen[#seen + 1] = ids[i]
                    seen[#seen + 1] = enc(j)
                end
                if not final(x[STATE]) then return {'done', 0, seen, ''} end
                call('DEL', k('c:' .. xid))
                if what == 's' then
                    if not x[EPH] then call('SET', k('r:' .. xid), ARGV[5]) end
                    local wait = math.max(0, (x[FIRST] or wall) - x[MADE])
                    local run = math.max(0, tick - (x[CLAIMED] or tick))
                    call('LPUSH', k('runs'), enc({order(x), x[LANE], seconds, wait, run}))
                    call('LTRIM', k('runs'), 0, 499)
                end
                local used = announce(x, ids, jobs, wall, {unpack(ARGV, 16)})
                local kept, left = copy(x), 0
                for i, j in ipairs(jobs) do
                    if j[JEPH] then
                        removeJob(ids[i], j, x)
                        left = left + 1
                    end
                end
                local gone = ''
                if #x[JOBS] == 0 then
                    removeExecution(xid, x)
                    gone = media(x[MEDIA])
                elseif left > 0 then
                    put(xid, x, kept)
                end
                if gone == '' then gone = media(released) end
                return {'done', used, seen, gone}
                """)
    }
}
