extension Lua {
    private static let owning = """
        -- ARGV: job, owner or '' for everybody's.
        local function owned()
            local j = loadJob(ARGV[2])
            if not j or (ARGV[3] ~= '' and j[JOWNER] ~= ARGV[3]) then return end
            local x = load(j[JEXEC])
            if x then return j, x, j[JGONE] and 'c' or x[STATE] end
        end

        """

    private static let leaving = """
        local function leave(id, j, x, keeps)
            local xid, m, tick, wall = j[JEXEC], x[MEDIA], clock()
            local before = copy(x)
            if keeps then
                countJob(j, x[STATE], -1)
                j[JGONE] = true
                countJob(j, x[STATE], 1)
                writeJob(id, j)
                forget(id)
            else
                removeJob(id, j, x)
            end
            local highest
            local rows = loadJobs(x)
            for _, other in ipairs(rows) do
                if not other[JGONE] then highest = math.max(highest or other[JPRIO], other[JPRIO]) end
            end
            if highest then
                x[PRIO] = highest
                put(xid, x, before, rows)
                return '', ''
            end
            x[STATE], x[LEASE], x[NOTB], x[ENDED] = 'c', false, false, wall
            if isFile(m) then x[MEDIA] = false end
            put(xid, x, before, rows)
            call('DEL', k('c:' .. xid))
            if #rows == 0 then removeExecution(xid, x) end
            return xid, media(m)
        end

        """

    static let job = RedisScriptText(
        "no-writes",
        records + owning + """
            local j, x = owned()
            return j and view(ARGV[2], j, x)
            """)

    static let result = RedisScriptText(
        "no-writes",
        records + owning + """
            local j, x, state = owned()
            return state == 's' and call('GET', k('r:' .. j[JEXEC]))
            """)

    static let cancel = RedisScriptText(
        "allow-oom",
        records + owning + leaving + """
            local j, x, state = owned()
            if not j then return {'none'} end
            if final(state) then return {'ended', state} end
            return {'left', leave(ARGV[2], j, x, not j[JEPH])}
            """)

    static let delete = RedisScriptText(
        "allow-oom",
        records + owning + leaving + """
            local j, x, state = owned()
            if not j then return {'none'} end
            if not final(state) then return {'left', leave(ARGV[2], j, x, false)} end
            local before = copy(x)
            removeJob(ARGV[2], j, x)
            if final(x[STATE]) and #x[JOBS] == 0 then
                removeExecution(j[JEXEC], x)
                return {'left', '', media(x[MEDIA])}
            end
            put(j[JEXEC], x, before)
            return {'left', '', ''}
            """)

    /// ARGV further: whether media goes, whether the text goes.
    static let shed = RedisScriptText(
        "allow-oom",
        records + owning + """
            local j, x, state = owned()
            if not j then return {'none'} end
            if not final(state) then return {'unfinished'} end
            if ARGV[5] == '1' then call('DEL', k('r:' .. j[JEXEC])) end
            local key = ARGV[5] == '1' and x[KEY] or ''
            if ARGV[4] ~= '1' or not x[MEDIA] then return {'done', '', key} end
            local before, m = copy(x), x[MEDIA]
            x[MEDIA] = false
            put(j[JEXEC], x, before)
            return {'done', media(m), key}
            """)

    static let retry = RedisScriptText(
        "",
        records + owning + """
            local j, x, state = owned()
            if not j or (state ~= 'f' and state ~= 'c') then return false end
            local id, xid = ARGV[2], j[JEXEC]
            local before = copy(x)
            if x[STATE] == 'f' or x[STATE] == 'c' then
                local otherID = x[KEY] and call('HGET', k('keys'), x[KEY])
                if otherID then
                    local other = load(otherID)
                    local otherBefore = copy(other)
                    countJob(j, x[STATE], -1)
                    j[JEXEC], j[JGONE] = otherID, false
                    other[PRIO] = math.max(other[PRIO], j[JPRIO])
                    other[KMEDIA] = math.max(other[KMEDIA], x[KMEDIA])
                    other[KTEXT] = math.max(other[KTEXT], x[KTEXT])
                    if not j[JEPH] then
                        other[EPH] = false
                        if (not other[MEDIA] or passing(other[MEDIA])) and x[MEDIA] then
                            other[MEDIA] = x[MEDIA]
                            if passing(x[MEDIA]) and other[NODE] == '' then
                                other[NODE], otherBefore[NODE] = x[NODE], x[NODE]
                            end
                        end
                    end
                    unlistJob(x, id)
                    listJob(other, id, j[JSEQ])
                    countJob(j, otherBefore[STATE], 1)
                    writeJob(id, j)
                    put(otherID, other, otherBefore)
                    if #x[JOBS] == 0 and not x[MEDIA] then removeExecution(xid, x) else put(xid, x, before) end
                    return view(id, j, other)
                end
                if not x[MEDIA] then return false end
                x[ERRS], x[CRASH], x[FAIL], x[ENDED] = 0, 0, false, false
                x[STATE], x[LEASE], x[NOTB], x[DONE] = 'q', false, false, 0
            end
            local highest = j[JPRIO]
            for _, other in ipairs(loadJobs(x)) do
                if not other[JGONE] then highest = math.max(highest, other[JPRIO]) end
            end
            x[PRIO] = highest
            enterLane(x, x[SEQ])
            countJob(j, before[STATE], -1)
            j[JGONE] = false
            writeJob(id, j)
            countJob(j, before[STATE], 1)
            put(xid, x, before)
            return view(id, j, x)
            """)
}
