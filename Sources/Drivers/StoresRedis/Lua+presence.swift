extension Lua {
    /// ARGV: node, seconds. What only a process held that has not been heard of in time is gone: as after a restart of
    /// `JobRules`, what nobody was promised goes, and what was still arriving.
    static let presence = RedisScriptText(
        "allow-oom",
        records + """
            local node, tick = ARGV[2], clock()
            call('ZADD', k('nodes'), num(tick + ARGV[3]), node)
            local dropped = {}
            for _, dead in ipairs(call('ZRANGEBYSCORE', k('nodes'), '-inf', '(' .. num(tick))) do
                for _, xid in ipairs(call('SMEMBERS', k('perish:' .. dead))) do
                    local x = load(xid)
                    local before, m = copy(x), x[MEDIA]
                    if final(x[STATE]) and not x[EPH] then
                        x[MEDIA] = false
                        put(xid, x, before)
                    else
                        for _, id in ipairs(x[JOBS]) do removeJob(id, loadJob(id), x) end
                        removeExecution(xid, x)
                        if not passing(m) and media(m) ~= '' then dropped[#dropped + 1] = m end
                    end
                end
                call('ZREM', k('nodes'), dead)
                call('SREM', k('places'), dead)
            end
            return dropped
            """)
}
