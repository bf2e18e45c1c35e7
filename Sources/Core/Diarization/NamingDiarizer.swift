public import Transcription

/// Gives known voices their names, whatever told the speakers apart.
public struct NamingDiarizer: Diarizer {
    private let other: any Diarizer
    private let embedder: any VoiceEmbedder
    private let known: @Sendable (KnownSpeakers) -> [KnownVoice]

    /// The share of the work that telling apart is.
    private static let telling = 0.95

    /// - Parameter known: the voices that a request brought; none when they are not remembered any more.
    public init(
        _ other: any Diarizer, _ embedder: any VoiceEmbedder,
        known: @escaping @Sendable (KnownSpeakers) -> [KnownVoice]
    ) {
        self.other = other
        self.embedder = embedder
        self.known = known
    }

    public func diarize(
        _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn] {
        guard let wanted = wish.known else { return try await other.diarize(sound, wish, report: report) }
        let voices = known(wanted)
        guard !voices.isEmpty else {
            throw EngineError(.failed, "The known speakers are not remembered any more: send the request again.")
        }
        var turns = try await other.diarize(sound, wish) { report($0 * Self.telling) }
        var heard: [Int: [Float]] = [:]
        for speaker in Set(turns.map(\.speaker)) {
            let own = turns.filter { $0.speaker == speaker }
            let alone = own.filter { !$0.isOverlapped }
            let ranges = (alone.isEmpty ? own : alone).map(\.range)
            heard[speaker] = try await VoiceListener.voice(in: ranges, of: sound.pcm, embedder)?.print
        }
        let names = VoiceMatching.matches(heard, voices)
        for index in turns.indices { turns[index].name = names[turns[index].speaker]?.name }
        report(1)
        return turns
    }
}
