import ModelLibrary
import Settings
import Transcription

/// Installed models that tell speakers apart: one that finds where voices change, and one that compares voices.
struct SpeakerModelChoice: Sendable {
    /// Models of voices from the best on; others come behind them by name.
    private static let preferred = ["titanet-small-en", "eres2net-en", "eres2net-base-zh"]

    let models: SpeakerModels
    /// Paths by what the engine's host calls them.
    let files: [String: String]
    /// Bytes that both take.
    let memory: Int

    /// `nil` where a model is missing, or nobody wants them.
    static func best(_ store: ModelStore, _ wish: Settings.SpeakerModelWish) -> SpeakerModelChoice? {
        guard wish != .off, let installed = try? store.contents().models else { return nil }
        let voices = installed.filter { $0.kind == .speakerEmbedding && !$0.isRestricted }
        let ranked = voices.sorted { (rank($0.name), $0.name) < (rank($1.name), $1.name) }
        let segmentation = installed.filter { $0.kind == .segmentation && !$0.isRestricted }.min { $0.name < $1.name }
        guard let segmentation, let voice = ranked.first else { return nil }
        let shift = wish == .accurate ? SpeakerModels.accurateShift : SpeakerModels.usualShift
        return choice(segmentation, voice, shift)
    }

    /// What a request was given, if it is still there and unharmed.
    static func named(_ models: SpeakerModels, _ store: ModelStore) -> SpeakerModelChoice? {
        guard let segmentation = try? store.confirm(models.segmentation),
            let voice = try? store.confirm(models.embedding)
        else { return nil }
        return choice(segmentation, voice, models.windowShift)
    }

    private static func choice(
        _ segmentation: InstalledModel, _ voice: InstalledModel, _ shift: Double
    ) -> SpeakerModelChoice? {
        guard let first = segmentation.files[.model], let second = voice.files[.model] else { return nil }
        return SpeakerModelChoice(
            models: SpeakerModels(segmentation: segmentation.name, embedding: voice.name, windowShift: shift),
            files: ["segmentation": first, "embedding": second],
            memory: Int(max(segmentation.ramBytes, segmentation.bytes) + max(voice.ramBytes, voice.bytes)))
    }

    private static func rank(_ name: String) -> Int { preferred.firstIndex(of: name) ?? preferred.count }
}
