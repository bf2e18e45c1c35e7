public import Jobs
import Telemetry
import Transcription
import Transcripts

extension Transcriptions {
    /// What a wish comes to here and now. Throws a `JobFailure`.
    public func order(of wish: TranscriptionWish) async throws(JobFailure) -> TranscriptionOrder {
        wish.order(try await parts.engines.choose(wish.engine))
    }

    /// Names everything in an order that shapes the text: for those who remember the key of a file by a name of their
    /// own.
    public func optionsDigest(_ order: TranscriptionOrder) -> String { parts.keys.key(media: "options", order) }

    /// Makes a durable job of a transcript that is in the cache, done from the start. Returns `false` when it is not
    /// there any more.
    /// - Parameter id: the same again is the same job.
    public func recall(
        _ id: JobID, key: String, _ order: TranscriptionOrder, _ draft: JobDraft
    ) async throws -> Bool {
        guard let transcript = await parts.cache.transcript(for: key) else { return false }
        parts.log.note(LogEvent(.info, "cache hit", ["hash": .text(String(key.prefix(12)))]))
        let bytes = Array(TranscriptJSON.encode(transcript, includesWords: true).utf8)
        _ = try await parts.store.submit(
            draft.submission(
                id, order, digest: parts.keys.requestDigest(media: key, order, name: draft.name), key: key, media: nil,
                result: bytes))
        return true
    }

    /// Removes what the cache knows under a key.
    public func forget(key: String) async { await parts.cache.remove(key) }
}
