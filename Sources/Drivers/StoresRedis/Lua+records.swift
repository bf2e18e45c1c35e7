/// The rules of the queue in Lua, for the server to run in one step each. Random operations give the same answers as
/// `JobRules` over memory; whoever changes one changes the other.
///
/// Records are MessagePack arrays in two hashes; absent values are `false`. What the fields mean: `ExecutionFields` and
/// `JobFields`. Every key begins with KEYS[1], which holds the hash tag, so that all lie in one slot of a cluster.
enum Lua {
    /// Time, records and what is counted and indexed about them. `put` is the only place that changes an execution,
    /// and keeps every index; `addJob`, `changeJob` and `removeJob` are those of jobs.
    static let records = """
        local P = KEYS[1]
        local call, enc, dec = redis.call, cmsgpack.pack, cmsgpack.unpack
        local NEW = 4503599627370496
        local SEQ, KEY, ORDER, MEDIA, LANE, PRIO, OWNER, BATCH, EPH, KMEDIA = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
        local KTEXT, STATE, ATT, ERRS, CRASH, NOTB, LEASE, DONE, TOTAL, FAIL = 11, 12, 13, 14, 15, 16, 17, 18, 19, 20
        local MADE, BEGUN, ENDED, FIRST, CLAIMED, JOBS, NODE = 21, 22, 23, 24, 25, 26, 27
        local JSEQ, JOWNER, JEXEC, JNAME, JPRIO, JBATCH, JCALL, JDIGEST, JEPH, JGONE = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
        local JMADE, JTARGET, JASKED, JHOW = 11, 12, 13, 14

        local function k(name) return P .. ':' .. name end
        local function pad(n) return string.format('%016.0f', n) end
        local function num(x) return string.format('%.17g', x) end

        -- Seconds on a clock that leases and waits are measured on, and since 1970. The first follows the server's but
        -- for jumps: steps back and leaps of more than a minute between two calls count for nothing.
        local function clock()
            if ARGV[1] ~= '' then
                local m, w = ARGV[1]:match('(%S+) (%S+)')
                return tonumber(m), tonumber(w)
            end
            local t = call('TIME')
            local wall = t[1] + t[2] / 1000000
            local q = call('HMGET', k('queue'), 'tick', 'seen')
            local tick, seen = tonumber(q[1] or 0), tonumber(q[2] or wall)
            local passed = wall - seen
            local counted = (passed < 0 or passed > 60) and 0 or passed
            if not q[2] or passed < 0 or passed >= 1 then
                call('HSET', k('queue'), 'tick', num(tick + counted), 'seen', num(wall))
            end
            return tick + counted, wall
        end

        -- What is asked for is the same for most: each distinct order is kept once, under a short name with its users.
        local function intern(text)
            local name = redis.sha1hex(text):sub(1, 12)
            local known = call('HGET', k('orders'), name)
            -- Two texts of one name: the second is kept as it is.
            if known and known ~= text then return text end
            if not known then call('HSET', k('orders'), name, text) end
            return name
        end
        local function order(x) return x[ORDER]:sub(1, 1) == '{' and x[ORDER] or call('HGET', k('orders'), x[ORDER]) end
        local function out(x)
            local name = x[ORDER]
            x[ORDER] = order(x)
            local bytes = enc(x)
            x[ORDER] = name
            return bytes
        end

        local function nextSeq() return call('HINCRBY', k('queue'), 'sequence', 1) end
        local function waits(s) return s == 'q' or s == 'w' end
        local function final(s) return s == 's' or s == 'f' or s == 'c' end
        local function isFile(m) return m and m:sub(1, 1) ~= 'a' end
        local function passing(m) return m and m:sub(1, 1) == 'p' end
        local function place(x) return passing(x[MEDIA]) and x[NODE] or '' end
        local function copy(x) return {unpack(x, 1, 27)} end
        local function load(id)
            local raw = call('HGET', k('x'), id)
            return raw and dec(raw)
        end
        local function loadJob(id)
            local raw = call('HGET', k('j'), id)
            return raw and dec(raw)
        end
        local function held(id, attempt)
            local x = load(id)
            if x and x[STATE] == 'r' and x[ATT] == tonumber(attempt) then return x end
        end
        local function loadJobs(x)
            local found = {}
            -- In parts: what a call can be given is limited.
            for start = 1, #x[JOBS], 1000 do
                local last = math.min(start + 999, #x[JOBS])
                for _, raw in ipairs(call('HMGET', k('j'), unpack(x[JOBS], start, last))) do
                    found[#found + 1] = dec(raw)
                end
            end
            return found
        end
        local function view(id, j, x) return {id, enc(j), j[JEXEC], out(x)} end
        local function count(hash, field, by)
            if call('HINCRBY', k(hash), field, by) == 0 then call('HDEL', k(hash), field) end
        end
        local function media(m) return m and call('HEXISTS', k('media'), m) == 0 and isFile(m) and m or '' end

        -- Lines of waiting executions: one for each lane, place and owner; the heads of all of them by urgency and turn.
        local function line(lane, at, owner) return k('l:' .. lane .. ':' .. at .. ':' .. owner) end
        local function turn(lane, owner) return tonumber(call('HGET', k('t:' .. lane), owner) or nil) end
        local function head(lane, at, owner, number)
            local member = pad((number or -NEW) + NEW) .. owner
            local first = call('ZRANGE', line(lane, at, owner), 0, 0, 'WITHSCORES')
            if first[1] then
                call('ZADD', k('h:' .. lane .. ':' .. at), first[2], member)
            else
                call('ZREM', k('h:' .. lane .. ':' .. at), member)
            end
        end
        local function places()
            local all = call('SMEMBERS', k('places'))
            all[#all + 1] = ''
            return all
        end
        local function setTurn(lane, owner, number)
            local before = turn(lane, owner)
            call('HSET', k('t:' .. lane), owner, num(number))
            for _, at in ipairs(places()) do
                if before then call('ZREM', k('h:' .. lane .. ':' .. at), pad(before + NEW) .. owner) end
                head(lane, at, owner, number)
            end
        end
        local function enterLane(x, seq)
            if not turn(x[LANE], x[OWNER]) then setTurn(x[LANE], x[OWNER], seq - NEW) end
        end
        local function joinLine(id, x)
            local at = place(x)
            if at ~= '' then call('SADD', k('places'), at) end
            call('ZADD', line(x[LANE], at, x[OWNER]), -x[PRIO], pad(x[SEQ]) .. id)
            head(x[LANE], at, x[OWNER], turn(x[LANE], x[OWNER]))
        end
        local function leaveLine(id, x)
            local at = place(x)
            call('ZREM', line(x[LANE], at, x[OWNER]), pad(x[SEQ]) .. id)
            head(x[LANE], at, x[OWNER], turn(x[LANE], x[OWNER]))
        end

        local function countJob(j, state, by)
            count('counts', j[JGONE] and 'c' or state, by)
            if not j[JGONE] and waits(state) then count('waiting', j[JOWNER], by) end
        end

        local function indexWaiting(id, x, old)
            local was, is = old and waits(old[STATE]), x and waits(x[STATE])
            local moved = was and is and (old[LANE] ~= x[LANE] or place(old) ~= place(x) or old[STATE] ~= x[STATE])
            if was and (not is or moved) then
                if old[STATE] == 'w' then
                    call('ZREM', k('retry'), id)
                    call('ZREM', k('waited'), id)
                end
                count('n:' .. old[LANE], old[OWNER], -1)
                leaveLine(id, old)
            end
            if is and (not was or moved) then
                count('n:' .. x[LANE], x[OWNER], 1)
                if x[STATE] == 'w' then
                    call('ZADD', k('retry'), num(x[NOTB] or 0), id)
                else
                    joinLine(id, x)
                    call('PUBLISH', k('work'), place(x))
                end
            elseif is and old[PRIO] ~= x[PRIO] then
                local at = place(x)
                call('ZADD', line(x[LANE], at, x[OWNER]), 'XX', -x[PRIO], pad(x[SEQ]) .. id)
                head(x[LANE], at, x[OWNER], turn(x[LANE], x[OWNER]))
            end
        end

        local function indexRunning(id, x, old)
            local was, is = old and old[STATE] == 'r', x and x[STATE] == 'r'
            if was and not is then call('ZREM', k('leases'), id) end
            if is and not (was and old[LEASE] == x[LEASE]) then call('ZADD', k('leases'), num(x[LEASE]), id) end
            if was and not (is and x[LANE] == old[LANE]) then count('queue', 'running:' .. old[LANE], -1) end
            if is and not (was and x[LANE] == old[LANE]) then count('queue', 'running:' .. x[LANE], 1) end
            if was ~= is then
                local of, by = x or old, is and 1 or -1
                if was or is then
                    count('running', of[OWNER], by)
                    if of[BATCH] then count('batches', of[BATCH], by) end
                end
            end
        end

        local function perishable(x)
            return x[EPH] or passing(x[MEDIA]) or (not x[MEDIA] and not final(x[STATE]))
        end

        local function indexRest(id, x, old)
            local key = x and not final(x[STATE]) and x[KEY]
            local oldKey = old and old[KEY]
            if oldKey and oldKey ~= key and call('HGET', k('keys'), oldKey) == id then call('HDEL', k('keys'), oldKey) end
            if key and (key ~= oldKey or final(old[STATE])) then call('HSET', k('keys'), key, id) end
            local m, oldM = x and x[MEDIA], old and old[MEDIA]
            if m ~= oldM then
                if oldM then count('media', oldM, -1) end
                if m then count('media', m, 1) end
            end
            local ends, ended = x and final(x[STATE]) and x[ENDED], old and final(old[STATE]) and old[ENDED]
            if ends ~= ended then
                if ends then call('ZADD', k('finished'), num(ends), id) else call('ZREM', k('finished'), id) end
            end
            local has, had = ends and isFile(m) and ends, ended and isFile(oldM) and ended
            if has ~= had then
                if has then call('ZADD', k('withmedia'), num(has), id) else call('ZREM', k('withmedia'), id) end
            end
            local is, was = x and perishable(x) or false, old and perishable(old) or false
            if is ~= was then call(is and 'SADD' or 'SREM', k('perish:' .. (x or old)[NODE]), id) end
            if not old then
                count('owners', x[OWNER], 1)
                x[ORDER] = intern(x[ORDER])
                if x[ORDER]:sub(1, 1) ~= '{' then count('orderuse', x[ORDER], 1) end
            end
            if not x then
                count('owners', old[OWNER], -1)
                if old[ORDER]:sub(1, 1) ~= '{' and call('HINCRBY', k('orderuse'), old[ORDER], -1) == 0 then
                    call('HDEL', k('orderuse'), old[ORDER])
                    call('HDEL', k('orders'), old[ORDER])
                end
            end
        end

        -- Writes an execution, or removes it when `x` is nil; `old` is what it was, `jobs` its jobs where they are known.
        local function put(id, x, old, jobs)
            if old and x and old[STATE] ~= x[STATE] then
                for _, j in ipairs(jobs or loadJobs(x)) do
                    if not j[JGONE] then
                        countJob(j, old[STATE], -1)
                        countJob(j, x[STATE], 1)
                    end
                end
            end
            indexWaiting(id, x, old)
            indexRunning(id, x, old)
            indexRest(id, x, old)
            if x then call('HSET', k('x'), id, enc(x)) else call('HDEL', k('x'), id) end
        end
        local function removeExecution(id, x)
            put(id, nil, x)
            call('DEL', k('r:' .. id), k('c:' .. id))
        end

        -- Jobs are listed in their executions, oldest first; the caller puts the execution.
        local function listJob(x, id, seq)
            local at = #x[JOBS] + 1
            while at > 1 and loadJob(x[JOBS][at - 1])[JSEQ] > seq do at = at - 1 end
            table.insert(x[JOBS], at, id)
        end
        local function unlistJob(x, id)
            local rest = {}
            for _, other in ipairs(x[JOBS]) do if other ~= id then rest[#rest + 1] = other end end
            x[JOBS] = rest
        end
        local function writeJob(id, j) call('HSET', k('j'), id, enc(j)) end
        -- Lists of jobs are streams: their entries cost a third of a sorted set's.
        local function indexJob(id, j)
            local at = pad(j[JSEQ]):gsub('^0+', '') .. '-1'
            call('XADD', k('jobs'), at, 'j', id)
            call('XADD', k('jo:' .. j[JOWNER]), at, 'j', id)
            if j[JBATCH] then call('XADD', k('jb:' .. j[JBATCH]), at, 'j', id) end
        end
        local function unindexFrom(name, at)
            call('XDEL', k(name), at)
            if call('XLEN', k(name)) == 0 then call('DEL', k(name)) end
        end
        local function unindexJob(j)
            local at = pad(j[JSEQ]):gsub('^0+', '') .. '-1'
            unindexFrom('jobs', at)
            unindexFrom('jo:' .. j[JOWNER], at)
            if j[JBATCH] then unindexFrom('jb:' .. j[JBATCH], at) end
        end
        local function forget(id)
            local told = call('HGET', k('tellings'), id)
            if not told then return end
            for _, name in ipairs(dec(told)) do
                local a = dec(call('HGET', k('tell'), name))
                call('ZREM', k('due'), pad(a[1]) .. name)
                call('HDEL', k('tell'), name)
            end
            call('HDEL', k('tellings'), id)
        end
        local function removeJob(id, j, x)
            countJob(j, x[STATE], -1)
            unlistJob(x, id)
            unindexJob(j)
            call('HDEL', k('j'), id)
            forget(id)
        end

        """
}
