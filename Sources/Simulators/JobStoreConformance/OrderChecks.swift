import Jobs

extension JobStoreConformance {
    static let orderChecks: [JobStoreConformance] = [
        JobStoreConformance("Owners take turns, however much one of them has asked for") { bench in
            for number in 0..<6 { try await bench.submit("a\(number)", owner: "anna") }
            bench.expect(try await bench.next(), is: "a0", "anna is alone")
            try await bench.submit("b0", owner: "bob")
            try await bench.submit("b1", owner: "bob")
            bench.expect(try await bench.next(), is: "b0", "bob was never served")
            try await bench.submit("c0", owner: "cem")
            var order: [String?] = []
            for _ in 0..<4 { order.append(try await bench.next()) }
            bench.expect(order, is: ["c0", "a1", "b1", "a2"], "the one served longest ago comes first")
        },
        JobStoreConformance("Within an owner the highest priority comes first, then the oldest") { bench in
            for (id, priority) in [("a", 0), ("b", 5), ("c", 5), ("d", -1), ("e", 9)] {
                try await bench.submit(id, priority: priority)
            }
            var order: [String?] = []
            for _ in 0..<6 { order.append(try await bench.next()) }
            bench.expect(order, is: ["e", "b", "c", "a", "d", nil], "order")
        },
        JobStoreConformance("The highest priority of a lane comes first, whose turn it is decides among equals") {
            bench in
            try await bench.submit("a0", owner: "anna")
            try await bench.submit("a1", owner: "anna", priority: 2)
            try await bench.submit("a2", owner: "anna", priority: 2)
            try await bench.submit("b0", owner: "bob", priority: 2)
            try await bench.submit("b1", owner: "bob")
            var order: [String?] = []
            for _ in 0..<5 { order.append(try await bench.next()) }
            bench.expect(order, is: ["a1", "b0", "a2", "b1", "a0"], "order")
        },
        JobStoreConformance("Short work never waits behind long") { bench in
            try await bench.submit("long", seconds: 3600)
            try await bench.submit("longer", seconds: 60.5)
            try await bench.submit("short", seconds: 60)
            try await bench.submit("unknown", seconds: nil)
            bench.expect(try await bench.next(), is: "short", "short first")
            bench.expect(try await bench.next([.bulk]), is: "long", "only the lanes asked for")
            bench.expect(try await bench.next(), is: "unknown", "an unknown length starts short")
            bench.expect(try await bench.next([.short]) == nil, "nothing short is left")
            bench.expect(try await bench.next([]) == nil, "no lane, nothing")
            bench.expect(try await bench.next(), is: "longer", "then the bulk")
        },
        JobStoreConformance("Without users there is nobody to divide the server among") { bench in
            for number in 0..<5 { try await bench.submit("l\(number)", owner: Owner.local.text) }
            for number in 0..<5 { bench.expect(try await bench.next(perOwner: 1), is: "l\(number)", "no limit") }
        },
        JobStoreConformance("A batch runs no more than allowed, and does not hold up others of its owner") { bench in
            for number in 0..<3 {
                let item = Bench.submission("m\(number)", owner: "anna", key: "m\(number)", batch: "many")
                _ = try await bench.store.submit(item)
            }
            try await bench.submit("alone", owner: "anna")
            let request = ClaimRequest(lanes: [.short], perOwner: 9, perBatch: 2)
            var claims: [Claim] = []
            while let claim = try await bench.store.claim(request) { claims.append(claim) }
            bench.expect(claims.map { $0.jobs.first?.id.text }, is: ["m0", "m1", "alone"], "two of the batch")
            if let first = claims.first { _ = try await bench.succeed(first) }
            bench.expect(try await bench.store.claim(request)?.jobs.first?.id.text, is: "m2", "the third follows")
        },
        JobStoreConformance("A worker gets what its engines can run, and nothing else stands in its way") { bench in
            let orders = [("w", "whisper", "small"), ("v", "whisper", "tiny"), ("s", "sphinx", "en-us")]
            for (id, engine, model) in orders {
                var item = Bench.submission(id, owner: "anna")
                item.order = TranscriptionOrder(engine: engine, model: model)
                _ = try await bench.store.submit(item)
            }
            bench.expect(try await bench.next(engines: []) == nil, "no engine, no work")
            bench.expect(
                try await bench.next(engines: [EngineName(engine: "whisper", model: "en-us")]) == nil, "both must fit")
            let sphinx = EngineName(engine: "sphinx", model: "en-us")
            bench.expect(try await bench.next(engines: [sphinx]), is: "s", "older work is passed over")
            let tiny = EngineName(engine: "whisper", model: "tiny")
            bench.expect(try await bench.next(engines: [sphinx, tiny]), is: "v", "by its model")
            bench.expect(
                try await bench.next(engines: [EngineName(engine: "whisper")]), is: "w", "an engine with all its models"
            )
        },
        JobStoreConformance("An owner runs no more than allowed, in all lanes together") { bench in
            for number in 0..<3 { try await bench.submit("s\(number)", seconds: 1) }
            try await bench.submit("l", seconds: 100)
            try await bench.submit("b", owner: "bob")
            let first = try await bench.store.claim(ClaimRequest(lanes: [.bulk], perOwner: 2))
            bench.expect(first?.jobs.first?.id.text, is: "l", "the long one runs")
            bench.expect(try await bench.next(perOwner: 2), is: "s0", "a second one runs beside it")
            bench.expect(try await bench.next(perOwner: 2), is: "b", "anna has two; bob's turn")
            bench.expect(try await bench.next(perOwner: 2) == nil, "nobody else")
            if let first { _ = try await bench.succeed(first) }
            bench.expect(try await bench.next(perOwner: 2), is: "s1", "a place became free")
        },
        JobStoreConformance("What turns out to be long moves to the bulk lane and back into it") { bench in
            try await bench.submit("a", seconds: nil)
            let claim = try await bench.mustClaim()
            _ = try await bench.store.heartbeat(claim.token, lease: 30, ExecutionProgress(done: 1), lane: .bulk)
            _ = try await bench.store.finish(claim.token, .released)
            bench.expect(try await bench.next([.short]) == nil, "it is not short any more")
            bench.expect(try await bench.next([.bulk]), is: "a", "it waits among the long ones")
        },
        JobStoreConformance("A place in the line counts those before it, owners taking turns") { bench in
            for number in 0..<3 { try await bench.submit("a\(number)", owner: "anna") }
            try await bench.submit("b0", owner: "bob")
            let wanted = [("a0", 0), ("b0", 1), ("a1", 2), ("a2", 3)]
            for (id, place) in wanted {
                bench.expect(try await bench.store.position(of: Bench.id(id)), is: place, "place of \(id)")
            }
            _ = try await bench.mustClaim()
            bench.expect(try await bench.store.position(of: Bench.id("a0")) == nil, "who runs does not wait")
            bench.expect(try await bench.store.position(of: Bench.id("none")) == nil, "who is unknown neither")
            bench.expect(try await bench.store.position(of: Bench.id("b0")), is: 0, "bob is next")
        },
        JobStoreConformance("A paused queue takes jobs and starts none") { bench in
            try await bench.store.setPaused(true)
            try await bench.submit("a")
            bench.expect(try await bench.claim() == nil, "nothing starts")
            bench.expect(try await bench.store.statistics().isPaused, "it says so")
            try await bench.store.setPaused(false)
            bench.expect(try await bench.next(), is: "a", "it goes on")
        },
    ]
}
