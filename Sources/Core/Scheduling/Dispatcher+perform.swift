import Jobs
import Telemetry
import Transcription
import Transcripts

extension Dispatcher {
    /// How an attempt ended, as far as it is still this worker's to say.
    enum Ending: Sendable {
        case transcript(Transcript, Execution)
        case failure(JobFailure)
        case released
        /// Somebody else holds it, or it was cancelled: nothing may be written.
        case lost
    }

    /// One attempt at an execution, from its claim to its end in the store.
    func perform(_ claim: Claim, _ state: RunState) async {
        let started = parts.clock.now()
        let execution = claim.execution
        parts.log.note(
            LogEvent(
                .info, "worker processing",
                [
                    "execution": .text(execution.id.text), "attempt": .whole(execution.attempt),
                    "jobs": .text(claim.jobs.map(\.id.text).joined(separator: ",")),
                    "wait": .number(max(0, started.wall - execution.createdAt)),
                ]))
        let trace = AttemptTrace(parts.tracer, execution, parts.clock)
        let ending = await attempt(claim, state, started, trace)
        await regardless { await self.settle(claim, state, ending, started) }
        switch ending {
        case .transcript: trace?.end("succeeded")
        case .failure(let failure): trace?.end("failed", failure: failure.code)
        case .released: trace?.end("given back")
        case .lost: trace?.end("lost")
        }
    }

    private func settle(_ claim: Claim, _ state: RunState, _ ending: Ending, _ started: JobInstant) async {
        switch ending {
        case .transcript(let transcript, let final):
            await succeed(claim, final, state, transcript, started)
        case .failure(let failure): await fail(claim, failure)
        case .released: await giveBack(claim)
        case .lost: await lose(claim.execution.id)
        }
        // What was decoded ahead has served.
        if case .passing(let name) = claim.execution.media, await parts.hub.jobs(of: claim.execution.id).isEmpty {
            await parts.passing.remove(name)
        }
    }

    /// It was cancelled, or another node has it: then its end is told from the store.
    private func lose(_ execution: ExecutionID) async {
        if !parts.isShared { await parts.hub.end(execution, .failure(.cancelled)) }
    }

    /// The work beside its heartbeat: whichever ends first ends the other.
    private func attempt(
        _ claim: Claim, _ state: RunState, _ started: JobInstant, _ trace: AttemptTrace?
    ) async -> Ending {
        await withTaskGroup(of: Ending?.self) { group in
            group.addTask { await self.work(claim, state, started, trace) }
            group.addTask { await self.keepAlive(claim, state) }
            var result: Ending?
            while result == nil, let next = await group.next() { result = next }
            group.cancelAll()
            // The work may take a moment to let go of its hosts.
            await group.waitForAll()
            return result ?? .lost
        }
    }

    private func work(
        _ claim: Claim, _ state: RunState, _ started: JobInstant, _ trace: AttemptTrace?
    ) async -> Ending? {
        do {
            try await parts.faults.step("claimed")
            return try await transcribe(claim, state, started, trace)
        } catch let error as JobStoreError where error == .leaseLost {
            noteLostLease()
            return .lost
        } catch {
            // Cancelled work is either given back or lost; who cancelled it knows which.
            if Task.isCancelled { return isStopping ? .released : nil }
            return .failure(.from(error))
        }
    }

    /// Renews the lease. Returns when it is lost, when nothing moves any more, or when the work is over.
    private func keepAlive(_ claim: Claim, _ state: RunState) async -> Ending? {
        var lastSteps = -1
        var lastMove = parts.clock.now().monotonic
        var renewed = lastMove
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(configuration.lease / 3)) } catch { break }
            let (progress, steps) = state.standing
            let now = parts.clock.now().monotonic
            if steps != lastSteps { (lastSteps, lastMove) = (steps, now) }
            if now - lastMove > configuration.timeout { return .failure(Self.stuck) }
            do throws(JobStoreError) {
                let beat = try await parts.store.heartbeat(
                    claim.token, lease: configuration.lease, progress, lane: state.lane)
                state.set(priority: beat.priority)
                renewed = now
            } catch {
                if error == .leaseLost {
                    noteLostLease()
                    return .lost
                }
                // The queue cannot be reached; the lease still holds for a while.
                if now - renewed > configuration.lease * 2 / 3 {
                    noteLostLease()
                    return .lost
                }
            }
        }
        return isStopping ? .released : .lost
    }

    /// Somebody else holds what this worker believed its own. Work that was cancelled is no such loss.
    private func noteLostLease() {
        if !Task.isCancelled { parts.metrics.add(to: .init("stentor_lease_losses_total")) }
    }

    private static let stuck = JobFailure(
        .transient, code: "no_progress", "The work made no progress for too long and was stopped.")

    // MARK: - The work

    private func transcribe(
        _ claim: Claim, _ state: RunState, _ started: JobInstant, _ trace: AttemptTrace?
    ) async throws -> Ending {
        var execution = claim.execution
        let order = execution.order
        let medium = try await traced("open the media", trace) { try await open(execution) }
        try await parts.faults.step("source opened")
        if let known = try await medium.known(parts, execution) { return .transcript(known, execution) }
        let workplace = try await parts.engines.workplace(
            EngineAssignment(engine: order.engine, model: order.model)
        ) { state.turn }
        let memory: any WorkMemory =
            execution.isEphemeral ? NoWorkMemory() : try await CheckpointMemory.load(parts.store, claim.token)
        let pipeline = TranscriptionPipeline(
            decoder: medium.decoder, detector: workplace.detector, recognizer: workplace.recognizer,
            diarizer: workplace.diarizer)
        var decoding = configuration.decoding
        (decoding.track, decoding.from, decoding.to) = (order.track, order.from, order.to)
        let request = TranscriptionPipeline.Request(
            decoding: decoding, language: order.language, prompt: order.prompt, translates: order.task == .translate,
            keyterms: order.hotwords ?? [], speakers: order.speakers)
        let updates = ProgressUpdates(self, execution, state, started)
        defer { updates.finish() }
        var transcript = try await traced("recognise", trace) {
            try await medium.explainingFailures {
                try await pipeline.transcribe(medium.source, request, memory: memory) { updates.take($0) }
            }
        }
        transcript.warnings = order.warnings + transcript.warnings + workplace.warnings()
        try Self.refuseEmptyHands(transcript)
        try await parts.faults.step("recognised")
        if let settled = try await medium.settle(parts, execution) { execution = settled }
        await parts.hub.tell(.formatting, of: execution.id)
        return .transcript(transcript, execution)
    }

    private func traced<Value>(
        _ step: String, _ trace: AttemptTrace?, _ body: () async throws -> Value
    ) async throws -> Value {
        guard let trace else { return try await body() }
        return try await trace.step(step, body)
    }

    /// A file of which no part could be recognised is a failure of the engine, not an empty text.
    private static func refuseEmptyHands(_ transcript: Transcript) throws(JobFailure) {
        let failed = transcript.timeline.first { $0.kind == .skipped }
        guard let failed, transcript.segments.isEmpty, !transcript.timeline.contains(where: { $0.kind == .speech })
        else { return }
        throw JobFailure(.crash, code: "engine_failed", failed.reason ?? "No part of the file could be recognised.")
    }

    // MARK: - The end

    private func succeed(
        _ claim: Claim, _ execution: Execution, _ state: RunState, _ transcript: Transcript, _ started: JobInstant
    ) async {
        let bytes = Array(TranscriptJSON.encode(transcript, includesWords: true).utf8)
        do {
            try await parts.faults.step("before finish")
            let finished = try await parts.store.finish(
                claim.token, .succeeded(result: bytes, audioSeconds: transcript.duration))
            try await parts.faults.step("after finish")
            if finished.jobs.contains(where: { $0.callback != nil }) { parts.announced() }
            if let key = finished.execution.key { await parts.cache.store(transcript, for: key) }
            await remove(finished.media)
            let now = parts.clock.now()
            let run = RecentRun(
                engine: execution.order.engine, model: execution.order.model, lane: state.lane,
                audioSeconds: transcript.duration, wait: max(0, started.wall - execution.createdAt),
                run: now.monotonic - started.monotonic)
            note(run)
            count(run, "succeeded")
            for job in finished.jobs {
                parts.log.note(
                    LogEvent(
                        .info, "job completed",
                        [
                            "job": .text(job.id.text), "processing": .number(run.run), "wait": .number(run.wait),
                            "audio": .number(run.audioSeconds), "engine": .text(run.engine),
                        ]))
            }
            await parts.hub.end(execution.id, .success(transcript))
        } catch let error as JobStoreError where error == .leaseLost || error == .notFound {
            if error == .leaseLost { noteLostLease() }
            await lose(execution.id)
        } catch {
            // Not written, so not done: the lease ends and it runs again, from its checkpoints.
            parts.log.note(LogEvent(.error, "result not written", ["execution": .text(execution.id.text)]))
            await parts.hub.tell(.waiting(.from(error)), of: execution.id)
        }
    }

    private func fail(_ claim: Claim, _ failure: JobFailure) async {
        let id = claim.execution.id
        parts.log.note(
            LogEvent(
                .warning, "job failed",
                [
                    "jobs": .text(claim.jobs.map(\.id.text).joined(separator: ",")), "code": .text(failure.code),
                    "kind": .text(failure.kind.rawValue), "attempt": .whole(claim.execution.attempt),
                ]))
        parts.metrics.add(
            to: .init("stentor_attempt_failures_total", ["code": failure.code, "kind": failure.kind.rawValue]))
        do throws(JobStoreError) {
            let finished = try await parts.store.finish(claim.token, .failed(failure))
            await remove(finished.media)
            if finished.execution.state.isFinal {
                if finished.jobs.contains(where: { $0.callback != nil }) { parts.announced() }
                parts.metrics.add(to: .init("stentor_jobs_total", ["state": finished.execution.state.rawValue]))
                await parts.hub.end(id, .failure(failure))
            } else {
                await parts.hub.tell(.waiting(failure), of: id)
            }
        } catch {
            if !parts.isShared { await parts.hub.end(id, .failure(failure)) }
        }
    }

    private func giveBack(_ claim: Claim) async {
        // When this fails the lease ends by itself.
        _ = try? await parts.store.finish(claim.token, .released)
    }

    private func count(_ run: RecentRun, _ state: String) {
        let lane = run.lane == .short ? "short" : "bulk"
        parts.metrics.add(to: .init("stentor_jobs_total", ["state": state]))
        parts.metrics.observe(run.wait, in: .init("stentor_job_wait_seconds", ["lane": lane]))
        parts.metrics.observe(run.run, in: .init("stentor_job_run_seconds", ["lane": lane]))
        parts.metrics.add(run.audioSeconds, to: .init("stentor_audio_seconds_total", ["engine": run.engine]))
        parts.metrics.add(run.run, to: .init("stentor_run_seconds_total", ["engine": run.engine]))
    }

    func remove(_ media: MediaReference?) async {
        switch media {
        case .kept(let name, _):
            await parts.passing.remove(name)
            await parts.vault.remove(name)
        case .passing(let name): await parts.passing.remove(name)
        case .address, nil: break
        }
    }
}
