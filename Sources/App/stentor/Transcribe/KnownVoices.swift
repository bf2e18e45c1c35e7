import Diarization
import EventLoops
import Transcription

/// Voices that requests brought along, in memory alone and only so many.
final class KnownVoices: Sendable {
    private static let most = 256

    private struct State {
        var voices: [String: [KnownVoice]] = [:]
        /// Oldest first.
        var order: [String] = []
    }

    private let state = Guarded(State())

    func remember(_ voices: [KnownVoice], under digest: String) {
        state.withLock { state in
            state.order.removeAll { $0 == digest }
            state.order.append(digest)
            state.voices[digest] = voices
            if state.order.count > Self.most { state.voices[state.order.removeFirst()] = nil }
        }
    }

    func voices(_ known: KnownSpeakers) -> [KnownVoice] {
        state.withLock { $0.voices[known.digest] } ?? []
    }
}
