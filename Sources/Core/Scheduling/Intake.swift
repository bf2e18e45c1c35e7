public import Jobs
import Telemetry
import Transcription
import Transcripts

/// A job whose media is arriving. Its audio is decoded while it comes, and recognised too when the rest will take long.
public actor Intake {
    /// Recognition starts before the media is complete, and so before it is known whether the text is known, only when
    /// that saves more than this many seconds.
    private static let worthwhile = 5.0
    /// What has come whole within so many seconds gains nothing from an early start, and its text may be known.
    private static let decodesAfter = 0.15
    /// Seconds after which the rest of an upload is estimated.
    private static let measured = 1.0
    /// Media decoded while they arrive; further ones are decoded when their turn comes.
    private static let mostEarly = 8

    public nonisolated let id: JobID
    private let owner: Transcriptions
    private var draft: JobDraft
    private var wish: TranscriptionWish?
    private let medium: any MediaIntake
    private let expectedBytes: Int64?
    /// Watchers are told of this request; `false` when its id is spoken of by another.
    private let speaks: Bool
    private let startedAt: JobInstant
    private var received: Int64 = 0
    /// Of the whole media, once it is there.
    public private(set) var sha256: String?
    private var early: EarlyDecoding?
    private var hasPassed = false
    /// The execution that began before the media's end.
    private var ahead: (execution: ExecutionID, order: TranscriptionOrder, callback: JobCallback?)?
    private var mayRunAhead = true

    private var passingName: String

    init(
        _ owner: Transcriptions, id: JobID, draft: JobDraft, wish: TranscriptionWish?, medium: any MediaIntake,
        expectedBytes: Int64?, speaks: Bool
    ) {
        self.owner = owner
        self.id = id
        self.draft = draft
        self.wish = wish
        self.medium = medium
        self.expectedBytes = expectedBytes
        self.speaks = speaks
        startedAt = owner.parts.clock.now()
        passingName = id.text
        received = medium.extent.available
    }

    // MARK: - Bytes

    /// Throws `MediaVaultError`, or the `JobFailure` with which the job has ended: somebody cancelled it, or what was
    /// begun before the media's end found something wrong with it.
    public func append(_ bytes: [UInt8]) async throws {
        try await refuseEnded()
        try await medium.append(bytes)
        received += Int64(bytes.count)
        await decodeEarly()
        if speaks { await owner.parts.hub.tell(.uploading(received, of: expectedBytes), about: id) }
        if ahead == nil, mayRunAhead, isSlow { await runAhead() }
    }

    private func refuseEnded() async throws {
        guard speaks else { return }
        let told = await owner.parts.hub.progress(of: id, owner: nil)
        if told?.stage.isFinal ?? true { throw told?.failure ?? JobFailure.cancelled }
    }

    private func decodeEarly() async {
        guard !hasPassed, owner.parts.clock.now().monotonic - startedAt.monotonic >= Self.decodesAfter else { return }
        await pass(decoding: owner.dispatcher.configuration.decodesEarly)
    }

    /// Makes the media known to whoever will work on it.
    private func pass(decoding: Bool) async {
        guard !hasPassed else { return }
        hasPassed = true
        if decoding, await owner.parts.passing.count < Self.mostEarly {
            var options = owner.dispatcher.configuration.decoding
            (options.track, options.from, options.to) = (wish?.track, wish?.from, wish?.to)
            early = EarlyDecoding(owner.parts.decoder, medium, options)
        }
        await owner.parts.passing.add(passingName, medium, decoder: early)
    }

    /// The rest will take longer than is worth waiting for.
    private var isSlow: Bool {
        guard let expectedBytes, received > 0 else { return false }
        let elapsed = owner.parts.clock.now().monotonic - startedAt.monotonic
        guard elapsed >= Self.measured else { return false }
        return Double(expectedBytes - received) * elapsed / Double(received) > Self.worthwhile
    }

    /// Queues the execution before its key is known.
    private func runAhead() async {
        mayRunAhead = false
        guard speaks, owner.dispatcher.configuration.decodesEarly, let wish else { return }
        do {
            let order = wish.order(try await owner.parts.engines.choose(wish.engine))
            let submitted = try await owner.parts.store.submit(
                draft.submission(
                    id, order, digest: "arriving", key: nil, media: .passing(name: passingName), isEphemeral: true))
            guard case .queued(let view) = submitted else { return }
            ahead = (view.execution.id, order, draft.callback)
            owner.parts.tracer?.adopt(view.execution.id.text)
            await owner.parts.hub.attach(id, to: view.execution.id)
            owner.dispatcher.wake()
        } catch {
            // Whatever is wrong is told when the upload ends.
        }
    }

    // MARK: - The end

    /// All media is there. Returns the transcript if it is known, else the job waits, runs, or has joined another.
    /// Throws `JobFailure`, `JobStoreError` or `MediaVaultError`; nothing is left behind then.
    ///
    /// - Parameters:
    ///   - batch: the request turned out to bring several files.
    ///   - isDurable: the request turned out to want a promise.
    ///   - callback: the request turned out to want an announcement.
    public func finish(
        _ wish: TranscriptionWish, batch: JobID? = nil, isDurable: Bool? = nil, callback: JobCallback? = nil,
        keeping: Keeping? = nil
    ) async throws -> Admission {
        draft.callback = callback ?? draft.callback
        draft.batch = batch ?? draft.batch
        draft.isDurable = isDurable ?? draft.isDurable
        draft.keeping = keeping ?? draft.keeping
        do {
            return try await admit(wish)
        } catch {
            await abandon()
            throw error
        }
    }

    private func admit(_ wish: TranscriptionWish) async throws -> Admission {
        let parts = owner.parts
        guard received > 0 else { throw JobFailure(.permanent, code: "empty", "The file is empty.") }
        let digest = try await medium.complete()
        sha256 = digest.sha256
        let order = wish.order(try await parts.engines.choose(wish.engine))
        // The execution that began belongs to a job by itself.
        if let ahead, ahead.order != order || ahead.callback != draft.callback || draft.batch != nil {
            await dropAhead()
        }
        let key = parts.keys.key(media: digest.sha256, order)
        let requestDigest = parts.keys.requestDigest(media: digest.sha256, order, name: draft.distinction)
        try await parts.faults.step("hash known")
        if let known = await parts.cache.transcript(for: key) {
            return try await answer(known, order, digest, key: key, requestDigest)
        }
        return try await queue(order, digest, key: key, requestDigest)
    }

    private func answer(
        _ transcript: Transcript, _ order: TranscriptionOrder, _ digest: MediaDigest, key: String,
        _ requestDigest: String
    ) async throws -> Admission {
        await dropAhead()
        await letGo()
        owner.parts.log.note(LogEvent(.info, "cache hit", ["hash": .text(String(key.prefix(12)))]))
        if draft.isDurable {
            let bytes = Array(TranscriptJSON.encode(transcript, includesWords: true).utf8)
            let media = try await keepForPlayback(digest)
            let submitted = try await owner.parts.store.submit(
                draft.submission(id, order, digest: requestDigest, key: key, media: media, result: bytes))
            if submitted.view.execution.media != media { await owner.dispatcher.remove(media) }
            if draft.callback != nil { owner.parts.announced() }
        }
        if speaks {
            await owner.parts.hub.end(id, .success(transcript))
            await owner.parts.hub.release(id)
        }
        return .known(id, transcript)
    }

    /// The text was known, but somebody wants to listen.
    private func keepForPlayback(_ digest: MediaDigest) async throws -> MediaReference? {
        guard draft.keeping.media > 0 else { return nil }
        var generator = SystemRandomNumberGenerator()
        let name = JobID.random(using: &generator).text
        try await medium.keep(as: name)
        return .kept(name: name, bytes: digest.bytes)
    }

    private func queue(
        _ order: TranscriptionOrder, _ digest: MediaDigest, key: String, _ requestDigest: String
    ) async throws -> Admission {
        let parts = owner.parts
        var reference = MediaReference.passing(name: passingName)
        if draft.isDurable || parts.isShared {
            var generator = SystemRandomNumberGenerator()
            let name = JobID.random(using: &generator).text
            try await medium.keep(as: name)
            // Where the queue is shared another node may be the one that reads it.
            if parts.isShared { await letGo() }
            if hasPassed { await parts.passing.rename(passingName, to: name) }
            passingName = name
            reference = .kept(name: name, bytes: digest.bytes)
        } else {
            await pass(decoding: false)
        }
        do {
            try await parts.faults.step("media kept")
            if let ahead {
                // It may have ended with its reason while the last bytes came.
                try await refuseEnded()
                let settled = try await parts.store.settle(
                    ahead.execution, key: key, media: reference, digest: requestDigest, isDurable: draft.isDurable)
                return await settle(settled, reference, ahead.execution)
            }
            let submitted = try await parts.store.submit(
                draft.submission(
                    id, order, digest: requestDigest, key: key, media: reference,
                    isEphemeral: parts.isShared ? false : nil))
            if parts.isShared, !draft.isDurable { await owner.fleeting.add(id) }
            try await parts.faults.step("job committed")
            return await submit(submitted, reference)
        } catch {
            if case .kept = reference { await owner.dispatcher.remove(reference) }
            // What was begun ahead may have ended in this moment; its reason says more than that it is gone.
            if ahead != nil { try await refuseEnded() }
            throw error
        }
    }

    private func submit(_ submitted: Submitted, _ reference: MediaReference) async -> Admission {
        owner.parts.tracer?.adopt(submitted.view.execution.id.text)
        let isUsed = submitted.view.execution.media == reference
        await owner.parts.passing.settle(passingName)
        if !isUsed, case .kept = reference { await owner.dispatcher.remove(reference) }
        // A durable execution reads the kept file; an early decoding goes on for whoever holds it.
        if !isUsed { await letGo() }
        return await owner.admitted(submitted, id, speaks: speaks)
    }

    private func settle(_ settled: Settled, _ reference: MediaReference, _ execution: ExecutionID) async -> Admission {
        if case .moved(let other, let tookMedia) = settled {
            await owner.parts.hub.move(from: execution, to: other)
            await owner.dispatcher.stop(execution)
            if !tookMedia {
                if case .kept = reference { await owner.dispatcher.remove(reference) }
                await letGo()
            }
        }
        await owner.parts.passing.settle(passingName)
        owner.dispatcher.wake()
        return .accepted(id, isOwn: true, isHeld: speaks)
    }

    /// The upload broke off, or is not wanted any more.
    public func abandon() async {
        await regardless { await self.abandonNow() }
    }

    private func abandonNow() async {
        await dropAhead()
        await medium.fail(DecodingError(.sourceFailed, "The upload broke off."))
        await letGo()
        if speaks {
            await owner.parts.hub.end(id, .failure(.cancelled))
            await owner.parts.hub.release(id)
        }
    }

    private func dropAhead() async {
        guard let dropped = ahead else { return }
        ahead = nil
        mayRunAhead = false
        if case .cancelled(let stopped, _)? = try? await owner.parts.store.cancel(id, owner: nil), let stopped {
            await owner.dispatcher.stop(stopped)
        }
        await owner.dispatcher.stop(dropped.execution)
    }

    private func letGo() async {
        early?.stop()
        early = nil
        await owner.parts.passing.remove(passingName)
    }
}

/// Lets a fetcher fill a job's intake.
struct FeedingIntake: MediaIntake {
    private let intake: Intake

    init(_ intake: Intake) { self.intake = intake }

    var descriptor: CInt { -1 }
    var extent: MediaExtent { MediaExtent(available: 0, isComplete: false) }

    func append(_ bytes: [UInt8]) async throws(MediaVaultError) {
        do {
            try await intake.append(bytes)
        } catch let error as MediaVaultError {
            throw error
        } catch {
            throw .gone
        }
    }

    // Only bytes come through here; the end is told to the job's intake itself.
    func wait(forBytesBefore end: Int64) async throws -> MediaExtent { extent }
    func complete() async throws(MediaVaultError) -> MediaDigest { throw .broken("the job completes its media itself") }
    func fail(_ error: DecodingError) async {}
    func keep(as name: String) async throws(MediaVaultError) { throw .broken("the job keeps its media itself") }
}
