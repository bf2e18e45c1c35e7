import Jobs

extension JobStoreConformance {
    static let announcementChecks: [JobStoreConformance] = [
        JobStoreConformance("The end of a job with a callback is announced, and no other") { bench in
            try await bench.submit("silent")
            _ = try await bench.succeed(bench.mustClaim())
            try await bench.submitTold("a")
            bench.expect(try await bench.due() == [], "nothing before the end")
            _ = try await bench.succeed(bench.mustClaim())
            let due = try await bench.due()
            bench.expect(due.map(\.job.text), is: ["a"], "the job that asked for it")
            bench.expect(due.first?.kind, is: .completed, "how it ended")
            bench.expect(due.first?.callback, is: Bench.callback("a"), "where it is announced")
            bench.expect(due.first?.occurredAt, is: bench.clock.now().wall, "when it ended")
        },
        JobStoreConformance("Everybody who joined is told, those who left and ephemeral ones are not") { bench in
            try await bench.submitTold("a", key: "k")
            try await bench.submitTold("b", key: "k")
            try await bench.submitTold("left", key: "k")
            try await bench.submitTold("passing", key: "k", isEphemeral: true)
            let claim = try await bench.mustClaim()
            _ = try await bench.store.cancel(Bench.id("left"), owner: nil)
            _ = try await bench.succeed(claim)
            bench.expect(try await bench.due().map(\.job.text).sorted(), is: ["a", "b"], "who is told")
        },
        JobStoreConformance("A text that is known is announced at once") { bench in
            _ = try await bench.store.submit(
                Bench.submission("a", key: "k", media: nil, result: [1], callback: Bench.callback("a")))
            bench.expect(try await bench.due().map(\.kind), is: [.completed], "announced")
        },
        JobStoreConformance("A failure carries its reason; a try that will be repeated is no end") { bench in
            try await bench.submitTold("a")
            _ = try await bench.fail(bench.mustClaim(), .transient)
            bench.expect(try await bench.due() == [], "it will be tried again")
            try await bench.submitTold("b")
            _ = try await bench.fail(bench.mustClaim(), .permanent)
            let due = try await bench.due()
            bench.expect(due.map(\.kind), is: [.failed], "failed")
            bench.expect(due.first?.failure?.code, is: "code", "why")
        },
        JobStoreConformance("Two ends of one job are told one after the other") { bench in
            try await bench.submitTold("a")
            _ = try await bench.fail(bench.mustClaim(), .permanent)
            _ = try await bench.store.retry(Bench.id("a"), owner: nil)
            _ = try await bench.succeed(bench.mustClaim())
            let first = try await bench.due()
            bench.expect(first.map(\.kind), is: [.failed], "the first end first")
            let busy = AnnouncementQuery(passingOver: Set(first.map(\.id)), limit: 9)
            bench.expect(try await bench.store.dueAnnouncements(busy) == [], "the second waits for it")
            for one in first { try await bench.store.removeAnnouncement(one.id) }
            bench.expect(try await bench.due().map(\.kind), is: [.completed], "then the second")
        },
        JobStoreConformance("A postponed announcement is due later; queries pass over targets and what is on its way") {
            bench in
            for id in ["a", "b"] {
                try await bench.submitTold(id)
                _ = try await bench.succeed(bench.mustClaim())
            }
            let due = try await bench.due()
            guard let first = due.first else { return bench.expect(false, "two are due") }
            try await bench.store.postpone(first.id, by: 30)
            bench.expect(try await bench.due().map(\.job.text), is: ["b"], "one is left")
            let others = AnnouncementQuery(passingOver: Set(due.dropFirst().map(\.id)), limit: 9)
            bench.expect(try await bench.store.nextAnnouncement(others), is: 30, "when the next is due")
            bench.clock.advance(30)
            bench.expect(try await bench.due().map(\.tries), is: [0, 1], "due again, behind the other")
            let none = AnnouncementQuery(withoutTargets: [first.callback.target], limit: 9)
            bench.expect(try await bench.store.dueAnnouncements(none) == [], "none for a target that rests")
            bench.expect(try await bench.store.nextAnnouncement(none) == nil, "nor later")
            let one = AnnouncementQuery(limit: 1)
            bench.expect(
                try await bench.store.dueAnnouncements(one).map(\.job.text), is: ["b"], "no more than asked for")
        },
        JobStoreConformance("Announcements go with their job, and keep it until they are told") { bench in
            try await bench.submitTold("a")
            try await bench.submitTold("b")
            _ = try await bench.succeed(bench.mustClaim())
            _ = try await bench.succeed(bench.mustClaim())
            let gone = try await bench.due().first { $0.job.text == "a" }
            _ = try await bench.store.delete(Bench.id("a"), owner: nil)
            bench.expect(try await bench.due().map(\.job.text), is: ["b"], "none for a deleted job")
            if let gone { try await bench.store.postpone(gone.id, by: 0) }
            bench.expect(try await bench.due().map(\.job.text), is: ["b"], "and it does not come back")
            bench.clock.advance(1000)
            let kept = try await bench.store.prune(finishedBefore: bench.clock.now().wall)
            bench.expect(kept.jobs, is: 0, "what is still to be told stays")
            for one in try await bench.due() { try await bench.store.removeAnnouncement(one.id) }
            let pruned = try await bench.store.prune(finishedBefore: bench.clock.now().wall)
            bench.expect(pruned.jobs, is: 1, "then it goes")
        },
    ]
}

extension Bench {
    static func callback(_ id: String) -> JobCallback {
        guard let callback = try? JobCallback("https://example.org/\(id)", form: "standard") else {
            preconditionFailure("not an address: \(id)")
        }
        return callback
    }

    /// A job whose end is to be announced.
    func submitTold(_ id: String, key: String? = nil, isEphemeral: Bool = false) async throws {
        _ = try await store.submit(
            Self.submission(id, key: key, isEphemeral: isEphemeral, callback: Self.callback(id)))
    }

    func due() async throws -> [Announcement] {
        try await store.dueAnnouncements(AnnouncementQuery(limit: 100))
    }
}
