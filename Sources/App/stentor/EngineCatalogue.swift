import Glibc
import ModelLibrary
import Transcription

/// The engines of this installation with the models each can run.
struct EngineCatalogue: Sendable {
    struct Entry: Sendable {
        let candidate: EngineCandidate
        let kind: String
        /// Paths by the file's role in the model.
        let files: [String: String]
        /// Bytes one loaded model takes.
        let memory: Int
    }

    let entries: [Entry]
    /// Models that cannot be used, with the reason.
    let faults: [ModelStore.Fault]

    init(models: ModelStore) throws(ModelError) {
        let contents = try models.contents()
        entries = contents.models.compactMap(Self.whisper) + contents.models.compactMap(Self.sherpa) + Self.sphinx()
        faults = contents.faults
    }

    var selection: EngineSelection { EngineSelection(entries.map(\.candidate)) }

    /// Whether `auto` has anything better here than the last resort.
    func hasBetterThanLastResort(model: String?, language: String?) -> Bool {
        Self.hasBetterThanLastResort(entries.map(\.candidate), model: model, language: language)
    }

    static func hasBetterThanLastResort(_ candidates: [EngineCandidate], model: String?, language: String?) -> Bool {
        let better = candidates.filter { $0.family != .sphinx }
        // A refusal is the answer no.
        return (try? EngineSelection(better).choose(providers: ["auto"], model: model, language: language)) != nil
    }

    func entry(for candidate: EngineCandidate) -> Entry? {
        entries.first { $0.candidate == candidate }
    }

    /// Stentor's own engine, for ggml files.
    private static func whisper(_ model: InstalledModel) -> Entry? {
        guard model.kind == .whisperGGML else { return nil }
        let candidate = EngineCandidate(
            engine: "whisper", model: model.name, family: family(model), languages: model.languages,
            detectsLanguage: model.languages != ["en"], isRestricted: model.isRestricted)
        let files = Dictionary(uniqueKeysWithValues: model.files.map { ($0.key.rawValue, $0.value) })
        return Entry(
            candidate: candidate, kind: model.kind.rawValue, files: files, memory: Int(max(model.ramBytes, model.bytes))
        )
    }

    /// Kinds that sherpa-onnx runs.
    private static let sherpaKinds: Set<ModelKind> = [.transducer, .whisperONNX, .senseVoice, .moonshine]

    private static func sherpa(_ model: InstalledModel) -> Entry? {
        guard sherpaKinds.contains(model.kind) else { return nil }
        let candidate = EngineCandidate(
            engine: "sherpa", model: model.name, family: family(model), languages: model.languages,
            detectsLanguage: model.kind == .whisperONNX || model.kind == .senseVoice, isRestricted: model.isRestricted)
        let files = Dictionary(uniqueKeysWithValues: model.files.map { ($0.key.rawValue, $0.value) })
        return Entry(
            candidate: candidate, kind: model.kind.rawValue, files: files, memory: Int(max(model.ramBytes, model.bytes))
        )
    }

    private static func family(_ model: InstalledModel) -> EngineCandidate.Family {
        switch model.kind {
        case .transducer: model.name.contains("parakeet") ? .parakeet : .other
        case .senseVoice: .senseVoice
        case .moonshine: .moonshine
        case .whisperONNX, .whisperGGML: whisper(model.name)
        case .segmentation, .speakerEmbedding, .voiceActivity: .other
        }
    }

    private static func whisper(_ name: String) -> EngineCandidate.Family {
        if name.contains("turbo") { return .whisperTurbo }
        if name.contains("small") { return .whisperSmall }
        if name.contains("base") { return .whisperBase }
        return name.contains("tiny") ? .whisperTiny : .other
    }

    /// Where Debian's package `pocketsphinx-en-us` puts its model.
    static let sphinxFolder = "/usr/share/pocketsphinx/model/en-us"

    private static func sphinx() -> [Entry] {
        guard access("\(sphinxFolder)/en-us.lm.bin", R_OK) == 0 else { return [] }
        let candidate = EngineCandidate(
            engine: "sphinx", model: "en-us", family: .sphinx, languages: ["en"], detectsLanguage: false)
        return [Entry(candidate: candidate, kind: "", files: ["folder": sphinxFolder], memory: 160 << 20)]
    }
}
