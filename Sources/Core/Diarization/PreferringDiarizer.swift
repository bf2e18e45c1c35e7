internal import Synchronization
public import Transcription

/// Asks models where a request names them, and compares voices where they fail: speakers a little less well told apart
/// are better than none.
public struct PreferringDiarizer: Diarizer {
    private let models: @Sendable (SpeakerModels) -> (any Diarizer)?
    private let other: any Diarizer
    private let onFailure: @Sendable (EngineError) -> Void

    /// - Parameters:
    ///   - models: the method that asks these models; `nil` when they are not there any more.
    ///   - onFailure: told why the other method had to do it.
    public init(
        models: @escaping @Sendable (SpeakerModels) -> (any Diarizer)?, otherwise other: any Diarizer,
        onFailure: @escaping @Sendable (EngineError) -> Void
    ) {
        self.models = models
        self.other = other
        self.onFailure = onFailure
    }

    public func diarize(
        _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn] {
        guard let wanted = wish.models else { return try await other.diarize(sound, wish, report: report) }
        let reached = Mutex(0.0)
        do {
            guard let method = models(wanted) else {
                throw EngineError(.unusable, "The models that tell speakers apart are gone: pull them again.")
            }
            return try await method.diarize(sound, wish) { share in
                reached.withLock { $0 = max($0, share) }
                report(share)
            }
        } catch let error as EngineError {
            onFailure(error)
            // What was told stays: the rest of the way is shorter.
            let start = reached.withLock { $0 }
            return try await other.diarize(sound, wish) { report(start + (1 - start) * $0) }
        }
    }
}
