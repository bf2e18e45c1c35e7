import Jobs
import Scheduling
import Synchronization
import Testing
import Transcription
import Transcripts

@Suite("The way of a job", .timeLimit(.minutes(10)))
struct TranscriptionsTests {
    @Test("a request gets its text, and the same again gets it from the cache without work")
    func mainJob() async throws {
        let house = ScriptedHouse()
        try await house.running {
            let first = try await house.send("one")
            #expect(try await house.ending(of: first).get().text == "words")
            let count = house.engine.count
            let second = try await house.send("one")
            guard case .known(_, let transcript) = second else { return #expect(Bool(false), "not known") }
            #expect(transcript.text == "words" && house.engine.count == count)
            _ = try await house.ending(of: try await house.send("two"))
            #expect(house.engine.count == count + 1)
        }
    }

    @Test("other options are another text")
    func otherOptions() async throws {
        let house = ScriptedHouse()
        try await house.running {
            _ = try await house.ending(of: try await house.send("one"))
            var wish = ScriptedHouse.wish
            wish.prompt = "names"
            _ = try await house.ending(of: try await house.send("one", wish: wish))
            #expect(house.engine.count == 2)
            #expect(await house.cache.count == 2)
        }
    }

    @Test("identical requests at the same time are computed once, and each gets the text")
    func singleFlight() async throws {
        let house = ScriptedHouse()
        let gate = Gate()
        house.engine.answer { _ in
            await gate.wait()
            return Recognition(text: "words")
        }
        try await house.running {
            var admissions: [Admission] = []
            for number in 0..<20 { admissions.append(try await house.send("one", durable: number % 2 == 0)) }
            await gate.open()
            for admission in admissions { #expect(try await house.ending(of: admission).get().text == "words") }
            #expect(house.engine.count == 1)
            #expect(await house.vault.names().isEmpty)
        }
    }

    @Test("the last to leave ends the work, not the first")
    func leaving() async throws {
        let house = ScriptedHouse()
        let (started, gate) = (Gate(), Gate())
        let cancelled = Flag()
        house.engine.answer { _ in
            await started.open()
            return try await withTaskCancellationHandler {
                await gate.wait()
                try Task.checkCancellation()
                return Recognition(text: "words")
            } onCancel: {
                cancelled.raise()
                Task { await gate.open() }
            }
        }
        try await house.running {
            let first = try await house.send("one", durable: true)
            let second = try await house.send("one", durable: true)
            await started.wait()
            #expect(try await house.transcriptions.cancel(first.job, owner: .local) == .cancelled)
            #expect(!cancelled.isRaised)
            #expect(try await house.transcriptions.cancel(second.job, owner: .local) == .cancelled)
            #expect(try await house.ending(of: second) == .failure(.cancelled))
            await gate.wait()
            #expect(cancelled.isRaised)
            #expect(try await house.transcriptions.job(first.job, owner: .local)?.state == .cancelled)
            #expect(await house.vault.names().isEmpty)
        }
    }

    @Test("a transient error is tried again, a permanent one is not")
    func retries() async throws {
        let house = ScriptedHouse()
        let tries = Mutex(0)
        house.engine.answer { _ in
            let number = tries.withLock { count in
                count += 1
                return count
            }
            if number == 1 { throw JobFailure(.transient, code: "busy", "The provider is busy.") }
            return Recognition(text: "words")
        }
        try await house.running {
            #expect(try await house.ending(of: try await house.send("one")).get().text == "words")
            house.engine.answer { _ in throw EngineError(.unknownLanguage, "Nobody knows it.") }
            let before = house.engine.count
            let failed = try await house.ending(of: try await house.send("two"))
            #expect(failed == .failure(JobFailure(.permanent, code: "unknown_language", "Nobody knows it.")))
            #expect(house.engine.count == before + 1)
        }
    }

    @Test("a file that kills everything that touches it is given up after the second time, and others go on")
    func poison() async throws {
        let house = ScriptedHouse()
        house.engine.answer { _ in throw EngineError(.crashed, "The engine died.") }
        try await house.running {
            let poison = try await house.send("bad", durable: true)
            let ending = try await house.ending(of: poison)
            #expect(ending == .failure(JobFailure(.crash, code: "engine_failed", "The engine died.")))
            // The part is known to be deadly after the first attempt: the second does not try it again.
            #expect(house.engine.count == 2)
            #expect(try await house.transcriptions.job(poison.job, owner: .local)?.execution.crashes == 2)
            // Kept for a look, or another try.
            #expect(await house.vault.names().count == 1)
            house.engine.answer { _ in Recognition(text: "words") }
            #expect(try await house.ending(of: try await house.send("good")).get().text == "words")
            #expect(try await house.transcriptions.retry(poison.job, owner: .local) != nil)
            #expect(try await house.ending(of: poison).get().text == "words")
        }
    }

    @Test("a job of another owner is not there")
    func owners() async throws {
        let house = ScriptedHouse()
        let (ann, bob) = (Owner("ann"), Owner("bob"))
        try await house.running {
            let admission = try await house.send("one", id: "mine", owner: ann, durable: true)
            _ = try await house.ending(of: admission, owner: ann)
            let id = admission.job
            #expect(try await house.transcriptions.job(id, owner: bob) == nil)
            #expect(try await house.transcriptions.progress(of: id, owner: bob) == nil)
            #expect(try await house.transcriptions.transcript(of: id, owner: bob) == nil)
            #expect(try await house.transcriptions.cancel(id, owner: bob) == nil)
            #expect(try await !house.transcriptions.delete(id, owner: bob))
            #expect(try await house.transcriptions.retry(id, owner: bob) == nil)
            await #expect(throws: JobStoreError.idTaken) {
                try await house.send("one", id: "mine", owner: bob, durable: true)
            }
            #expect(try await house.transcriptions.transcript(of: id, owner: ann)?.text == "words")
        }
    }

    @Test("a full disk refuses, leaves nothing behind, and recovers by itself")
    func fullDisk() async throws {
        let house = ScriptedHouse()
        try await house.running {
            await house.vault.fill(true)
            await #expect(throws: MediaVaultError.noRoom) { try await house.send("one") }
            await house.vault.fill(false)
            let intake = try await house.transcriptions.receive(
                JobDraft(owner: .local, name: "a", isDurable: true), nil, expectedBytes: nil)
            try await intake.append([1])
            await house.vault.fill(true)
            await #expect(throws: MediaVaultError.noRoom) { try await intake.finish(ScriptedHouse.wish) }
            let jobs = try await house.transcriptions.jobs(JobQuery(owner: nil))
            #expect(jobs.isEmpty)
            #expect(await house.vault.names().isEmpty)
            await house.vault.fill(false)
            #expect(try await house.ending(of: try await house.send("one", durable: true)).get().text == "words")
        }
    }

    @Test("a full queue refuses with a time to come back, and keeps no media of what it refused")
    func fullQueue() async throws {
        let house = ScriptedHouse(waiting: 3, places: [.short: 1, .bulk: 1])
        let gate = Gate()
        house.engine.answer { _ in
            await gate.wait()
            return Recognition(text: "words")
        }
        try await house.running {
            var accepted: [Admission] = []
            var refused = 0
            for number in 0..<10 {
                do {
                    accepted.append(try await house.send("\(number)", durable: true))
                } catch JobStoreError.tooManyWaiting(let seconds) {
                    refused += 1
                    #expect(seconds > 0)
                }
            }
            #expect(refused >= 6 && accepted.count + refused == 10)
            #expect(await house.vault.names().count == accepted.count)
            await gate.open()
            for admission in accepted { #expect(try await house.ending(of: admission).get().text == "words") }
        }
    }

    @Test("an unknown model is refused when the upload ends, and nothing stays")
    func refusal() async throws {
        let house = ScriptedHouse()
        try await house.running {
            var wish = ScriptedHouse.wish
            wish.engine.model = "none"
            await #expect(throws: JobFailure.self) { try await house.send("one", durable: true, wish: wish) }
            await #expect(throws: JobFailure.self) { try await house.send("", durable: true) }
            #expect(await house.vault.names().isEmpty)
            let jobs = try await house.transcriptions.jobs(JobQuery(owner: nil))
            #expect(jobs.isEmpty)
        }
    }

    @Test("watchers hear every stage in order, late ones the present state, and the stream ends")
    func watching() async throws {
        let house = ScriptedHouse(audioSeconds: 100)
        let gate = Gate()
        house.engine.answer { _ in
            await gate.wait()
            return Recognition(text: "words")
        }
        try await house.running {
            let id = try #require(JobID("mine"))
            let early = try await house.transcriptions.watch(id, owner: .local)
            let foreign = try await house.transcriptions.watch(id, owner: Owner("eve"))
            let admission = try await house.send("one", id: "mine", durable: true)
            await gate.open()
            var stages: [JobProgress.Stage] = []
            var progress: [Double] = []
            for await update in early {
                stages.append(update.stage)
                progress.append(update.progress)
            }
            #expect(stages.last == .completed && progress.last == 100)
            #expect(progress == progress.sorted())
            for await update in foreign { #expect(Bool(false), "told \(update)") }
            _ = try await house.ending(of: admission)
            var late: [JobProgress.Stage] = []
            for await update in try await house.transcriptions.watch(id, owner: .local) { late.append(update.stage) }
            #expect(late == [.completed])
        }
    }

    @Test("what runs when the server stops is given back, and another takes it up where it was")
    func drain() async throws {
        let house = ScriptedHouse(audioSeconds: 100)
        let third = Gate()
        let answered = Mutex(0)
        house.engine.answer { _ in
            let number = answered.withLock { count in
                count += 1
                return count
            }
            if number == 3 {
                await third.open()
                try await Task.sleep(for: .seconds(3600))
            }
            return Recognition(text: "words")
        }
        var job: JobID?
        try await house.running {
            job = try await house.send("one", durable: true).job
            await third.wait()
        }
        let id = try #require(job)
        let given = try #require(try await house.transcriptions.job(id, owner: .local))
        #expect(given.state == .queued && given.execution.errors == 0 && given.execution.crashes == 0)
        // Another server over the same store: only what was not finished is recognised.
        let claim = try #require(try await house.store.claim(ClaimRequest(lanes: [.short, .bulk], perOwner: 3)))
        #expect(claim.execution.attempt == 2)
        let kept = try await house.store.checkpoints(claim.token)
        #expect(kept.keys.filter { $0 < 1_000_000 }.count == 2)
    }

    @Test("work without progress is stopped, and its worker is free again")
    func stuck() async throws {
        let house = ScriptedHouse(retries: 0, places: [.short: 1, .bulk: 1], timeout: 0.01, lease: 0.03)
        let stopped = Gate()
        house.engine.answer { _ in
            try await withTaskCancellationHandler {
                try await Task.sleep(for: .seconds(3600))
                return Recognition(text: "never")
            } onCancel: {
                Task { await stopped.open() }
            }
        }
        try await house.running {
            guard case .failure(let failure) = try await house.ending(of: try await house.send("one", durable: true))
            else { return #expect(Bool(false), "not stopped") }
            #expect(failure.code == "no_progress" && failure.kind == .transient)
            await stopped.wait()
        }
    }

    @Test("a slow upload of something that cannot be recognised is refused with the reason, before it ends")
    func begunAhead() async throws {
        let house = ScriptedHouse()
        let reason = JobFailure(.permanent, code: "unknown_language", "Nobody knows it.")
        house.engine.answer { _ in throw EngineError(.unknownLanguage, reason.description) }
        try await house.running {
            let intake = try await house.transcriptions.receive(
                JobDraft(owner: .local, name: "a", isDurable: true), ScriptedHouse.wish, expectedBytes: 1 << 40)
            try await intake.append([1])
            house.clock.advance(by: 2)
            try await intake.append([2])
            for await progress in try await house.transcriptions.watch(intake.id, owner: .local)
            where progress.stage.isFinal {
                #expect(progress.failure == reason)
            }
            await #expect(throws: reason) { try await intake.append([3]) }
            await #expect(throws: reason) { try await intake.finish(ScriptedHouse.wish) }
            #expect(await house.vault.names().isEmpty)
            let jobs = try await house.transcriptions.jobs(JobQuery(owner: nil))
            #expect(jobs.isEmpty)
        }
    }

    @Test("a job that is cancelled during its upload ends the upload")
    func cancelledUpload() async throws {
        let house = ScriptedHouse()
        try await house.running {
            let intake = try await house.transcriptions.receive(
                JobDraft(owner: .local, name: "a", isDurable: true), nil, expectedBytes: nil)
            try await intake.append([1])
            #expect(try await house.transcriptions.cancel(intake.id, owner: .local) == .cancelled)
            await #expect(throws: JobFailure.cancelled) { try await intake.append([2]) }
        }
    }

    @Test("an address is fetched when its turn comes, and the same file by another way is the same text")
    func addresses() async throws {
        let house = ScriptedHouse()
        try await house.running {
            let admission = try await house.transcriptions.submit(
                address: "http://example.org/a", JobDraft(owner: .local, name: "a", isDurable: true),
                ScriptedHouse.wish)
            #expect(try await house.ending(of: admission).get().text == "words")
            guard case .known = try await house.send("fetched") else { return #expect(Bool(false), "not known") }
        }
    }
}
