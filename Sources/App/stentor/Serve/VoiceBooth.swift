import Crypto
import Diarization
import Jobs
import Scheduling
import Transcription
import VoiceRoster

/// Listens to voices outside of any job: clips that requests bring along, and people who agree to be known.
struct VoiceBooth: SpeakerReferences, VoiceEars {
    /// Seconds of a clip that a request brings along.
    static let reference = 1.9...10.5
    /// Seconds of speech that tell a voice.
    static let leastSpeech = 0.8

    let engines: EngineHall
    let decoder: any AudioDecoder
    let vault: any MediaVault
    let known: KnownVoices

    func learn(_ references: [SpeakerReference]) async throws(JobFailure) -> KnownSpeakers {
        do {
            var material: [UInt8] = []
            for reference in references {
                material += try SHA256.digest(of: Array(reference.name.utf8)).bytes
                material += try SHA256.digest(of: reference.clip).bytes
            }
            let speakers = KnownSpeakers(
                digest: try SHA256.digest(of: material).hex, names: references.map(\.name))
            if !known.voices(speakers).isEmpty { return speakers }
            var voices: [KnownVoice] = []
            for (number, reference) in references.enumerated() {
                voices.append(
                    KnownVoice(name: reference.name, print: try await print(of: reference.clip, number: number + 1)))
            }
            if VoiceMatching.clash(voices) != nil {
                throw Self.refusal("Two known speakers have the same voice; send a clip of each person.")
            }
            known.remember(voices, under: speakers.digest)
            return speakers
        } catch let failure as JobFailure {
            throw failure
        } catch let error as DecodingError {
            throw Self.refusal("A reference cannot be read: \(error.description)")
        } catch {
            throw JobFailure(.transient, code: "no_engine", "References cannot be listened to now: \(error)")
        }
    }

    private func print(of clip: [UInt8], number: Int) async throws -> [Float] {
        let medium = try await vault.receive(atMost: Int64(clip.count))
        try await medium.append(clip)
        _ = try await medium.complete()
        let (voice, seconds) = try await listener().voice(of: medium, longest: 60)
        guard Self.reference.contains(seconds) else {
            throw Self.refusal("Reference \(number) has \((seconds * 10).rounded() / 10) seconds; send 2 to 10.")
        }
        guard let voice, voice.seconds >= Self.leastSpeech else {
            throw Self.refusal("Nobody speaks in reference \(number); send another clip.")
        }
        return voice.print
    }

    func voice(of clip: any MediaSource, longest: Double) async throws -> (voice: HeardVoice?, seconds: Double) {
        try await listener().voice(of: clip, longest: longest)
    }

    func voices(
        of media: any MediaSource, track: Int?, _ stretches: [String: [ClosedRange<Double>]]
    ) async throws -> [String: HeardVoice] {
        try await listener().voices(of: media, track: track, stretches)
    }

    private func listener() async throws -> VoiceListener {
        let (detector, voices) = try await engines.ears()
        return VoiceListener(decoder: decoder, detector: detector, embedder: voices)
    }

    static func refusal(_ text: String) -> JobFailure { JobFailure(.permanent, code: "bad_reference", text) }
}
